import type { LedgerEntry } from '../rollout/lock/state.ts';

/** One of the four DORA measures: its value where the ledger tells one, and how it was computed. */
export interface Measure {
  readonly name: string;
  /** Releases per day, ms, or a share from 0 to 1; absent where there is nothing to measure. */
  readonly value?: number;
  readonly unit: 'per day' | 'ms' | 'share';
  /** What went into it: `22 releases in 7 days`. */
  readonly basis: string;
  readonly how: string;
}

export interface Dora {
  /** ms since the epoch: end of the oldest release in the ledger; absent when it is empty. */
  readonly from?: number;
  readonly measures: readonly Measure[];
}

const DAY_MS = 86_400_000;

/**
 * The four DORA measures of one fleet, from the lock's ledger alone: it holds the last 50 releases, so that is what
 * they speak of. `ledger` is newest first; `now` in ms since the epoch.
 */
export function doraOf(ledger: readonly LedgerEntry[], now: number): Dora {
  const releases = ledger.toSorted((a, b) => a.endedAt - b.endedAt);
  const from = releases[0]?.endedAt;
  const changes = changesOf(releases);
  const deployed = releases.filter((one) => one.outcome === 'deployed' && one.kind !== 'rollback');
  const failed = changes.filter((change) => change.failed);
  const restored = restorations(changes, releases);
  const days = from === undefined ? 0 : Math.max(1, (now - from) / DAY_MS);
  const measures: Measure[] = [
    {
      name: 'Deployment frequency',
      unit: 'per day',
      basis:
        days === 0
          ? 'no release yet'
          : `${count(deployed.length, 'release')} in ${count(Math.round(days), 'day')}`,
      how: 'Releases that ended deployed, without rollbacks, per day since the oldest release in the ledger.',
      ...value(days === 0 ? undefined : deployed.length / days),
    },
    {
      name: 'Lead time for changes',
      unit: 'ms',
      basis: `median of ${count(deployed.length, 'release')}`,
      how: 'From the start of the commit’s deploy, which CI makes on its push, to the proof on every tenant. Time before the push is not known here.',
      ...value(median(deployed.map((one) => one.endedAt - (one.startedAt ?? one.readyAt)))),
    },
    {
      name: 'Change failure rate',
      unit: 'share',
      basis: `${failed.length} of ${count(changes.length, 'change')}`,
      how: 'Releases that reached the fleet and ended failed, halted or rolled back, or that a rollback followed at once, among all that reached it. Superseded, disabled and refused ones never did.',
      ...value(changes.length === 0 ? undefined : failed.length / changes.length),
    },
    {
      name: 'Time to restore',
      unit: 'ms',
      basis: `median of ${count(restored.length, 'restoration')}`,
      how: 'From the grant of the fleet to a release that failed, to the end of the next one that left the fleet whole: deployed, or rolled back. Failures in a row count from the first.',
      ...value(median(restored)),
    },
  ];
  return { ...(from === undefined ? {} : { from }), measures };
}

interface Change {
  readonly release: LedgerEntry;
  readonly failed: boolean;
}

/** Releases that changed production, oldest first. One whose fleet was never read touched nothing. */
function changesOf(releases: readonly LedgerEntry[]): Change[] {
  const reached = releases.filter(
    (one) =>
      one.tenants !== 0 &&
      (one.outcome === 'deployed' ||
        one.outcome === 'failed' ||
        one.outcome === 'halted' ||
        one.outcome === 'rolled_back'),
  );
  return reached.flatMap((release, index) => {
    if (release.kind === 'rollback') return [];
    const undone = reached[index + 1]?.kind === 'rollback';
    return [{ release, failed: release.outcome !== 'deployed' || undone }];
  });
}

/** How long each failure lasted, in ms. */
function restorations(changes: readonly Change[], releases: readonly LedgerEntry[]): number[] {
  const times: number[] = [];
  let restoredAt = -Infinity;
  for (const { release, failed } of changes) {
    if (!failed || release.grantedAt < restoredAt) continue;
    const end = releases.find(
      (one) =>
        (one === release ? one.outcome === 'rolled_back' : one.endedAt > release.endedAt) &&
        (one.outcome === 'deployed' || one.outcome === 'rolled_back'),
    );
    if (end === undefined) break;
    restoredAt = end.endedAt;
    times.push(restoredAt - release.grantedAt);
  }
  return times;
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function value(number: number | undefined): { value?: number } {
  return number === undefined ? {} : { value: number };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
