import { holdOn } from './holds.ts';
import type { Closure, Entry, Freeze, Holder, LedgerEntry, LockState, Pin } from './state.ts';

/** One waiting deploy as `queue`, `status` and Temporal UI show it. */
export interface QueueEntry {
  readonly position: number;
  readonly workflowId: string;
  readonly sha: string;
  readonly tag: string;
  readonly kind: Entry['kind'];
  readonly urgent: boolean;
  readonly actor: string;
  readonly readyAt: number;
  /** What it waits for, in words. */
  readonly why: string;
  /** When its turn is expected, ms since the epoch, from the mean of past deploys; absent when there were none. */
  readonly expectedAt?: number;
}

export interface LockView {
  readonly fleet: string;
  /** It has just begun and does not know yet what the lock before it knew. */
  readonly starting?: true;
  readonly epoch: number;
  readonly holder?: Holder;
  readonly queue: readonly QueueEntry[];
  readonly waiting: number;
  readonly pin?: Pin;
  readonly freeze?: Freeze;
  readonly closures: readonly Closure[];
  readonly ledger: readonly LedgerEntry[];
  readonly lastKnownGood?: LockState['lastKnownGood'];
  readonly oddities: LockState['oddities'];
  readonly requests: number;
  readonly grants: number;
}

const MOST_SHOWN = 1_000;

/** Mean time past deploys held the fleet, in ms; undefined when none has ended well. */
export function meanHoldMs(state: LockState): number | undefined {
  const held = state.ledger
    .filter((entry) => entry.outcome === 'deployed')
    .map((entry) => entry.endedAt - entry.grantedAt);
  return held.length === 0 ? undefined : held.reduce((sum, one) => sum + one, 0) / held.length;
}

/** What people see of the lock; the first `limit` of the queue. A limit that is none counts as the default. */
export function viewOf(state: LockState, now: number, asked: unknown = MOST_SHOWN): LockView {
  const limit = typeof asked === 'number' && asked >= 0 ? asked : MOST_SHOWN;
  const mean = meanHoldMs(state);
  const free = state.holder === undefined ? now : Math.max(now, state.holder.grantedAt + (mean ?? 0));
  const queue = state.queue.slice(0, limit).map((entry, index): QueueEntry => {
    const { workflowId, sha, tag, kind, urgent, actor, readyAt } = entry;
    const hold = holdOn(state, entry, now);
    const expectedAt =
      mean === undefined || (hold !== undefined && hold.until === undefined)
        ? undefined
        : Math.max(free + index * mean, hold?.until ?? 0);
    return {
      position: index + 1,
      workflowId,
      sha,
      tag,
      kind,
      urgent,
      actor,
      readyAt,
      why: reason(state, entry, index, now),
      ...(expectedAt === undefined ? {} : { expectedAt: Math.round(expectedAt) }),
    };
  });
  const { fleet, epoch, holder, pin, freeze, ledger, lastKnownGood, oddities, requests, grants } = state;
  return {
    fleet,
    epoch,
    queue,
    ledger,
    oddities,
    requests,
    grants,
    waiting: state.queue.length,
    closures: state.closures.filter((closure) => closure.to > now).slice(0, 10),
    ...(holder === undefined ? {} : { holder }),
    ...(pin === undefined ? {} : { pin }),
    ...(freeze === undefined || (freeze.until !== undefined && freeze.until <= now) ? {} : { freeze }),
    ...(lastKnownGood === undefined ? {} : { lastKnownGood }),
  };
}

function reason(state: LockState, entry: Entry, index: number, now: number): string {
  const hold = holdOn(state, entry, now);
  if (hold !== undefined)
    return hold.until === undefined ? hold.why : `${hold.why}, until ${new Date(hold.until).toISOString()}`;
  if (state.holder !== undefined)
    return `${state.holder.tag} holds the fleet${index === 0 ? '' : `; ${index} before it`}`;
  return 'its turn is next';
}
