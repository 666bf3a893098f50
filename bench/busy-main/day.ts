import {
  emptyLock,
  sameDeploy,
  type Entry,
  type Holder,
  type LockState,
} from '../../src/rollout/lock/state.ts';
import { grantNext, release, request } from '../../src/rollout/lock/transitions.ts';
import { ancestryOf, supersededBy, type SupersedePolicy } from '../../src/rollout/supersession.ts';

/** A main that people push to, and a fleet that follows it. Times in minutes. */
export interface Day {
  readonly policy: SupersedePolicy;
  readonly lasts: number;
  readonly pushEvery: number;
  /** From a push to the last of its gates. */
  readonly gates: number;
  /** Waves of a deploy, how long each takes with its proof, and the soak between two. */
  readonly waves: number;
  readonly wave: number;
  readonly soak: number;
}

/** What became of the day. Ages are those of the release that the whole fleet ran, minute by minute. */
export interface Outcome {
  readonly deployed: number;
  readonly superseded: number;
  /** Deploys that still waited for the fleet at the end. */
  readonly waiting: number;
  readonly ages: readonly number[];
}

/** How long a deploy has the fleet, in minutes, when nothing stops it. */
export function rolloutOf({ waves, wave, soak }: Day): number {
  return waves * wave + (waves - 1) * soak;
}

/**
 * The median age that no policy can better: a release is as old as its gates and its rollout when it is proven, and
 * is replaced one rollout later at the earliest.
 */
export function leastAgeOf(day: Day): number {
  return day.gates + rolloutOf(day) * 1.5;
}

/**
 * One day in simulated time, by Greenlane's own decisions: the lock's transitions and the rules of supersession. The
 * branch is a line of commits, numbered by their pushes.
 */
export function live(day: Day): Outcome {
  let state: LockState = emptyLock('production');
  /** The commit that the whole fleet runs. */
  let runs = 0;
  const counts = { deployed: 0, superseded: 0 };
  const ages: number[] = [];
  const events: { at: number; happens: () => void }[] = [];
  const later = (at: number, happens: () => void): void => void events.push({ at, happens });
  let now = 0;
  const head = (): number => Math.floor(now / day.pushEvery);

  const end = (holder: Holder, outcome: 'deployed' | 'superseded'): void => {
    counts[outcome] += 1;
    if (outcome === 'deployed') runs = commitOf(holder.sha);
    const { workflowId, runId } = holder;
    state = release(state, { workflowId, runId, outcome, reason: outcome }, now);
    grant();
  };
  const wave = (holder: Holder, number: number): void => {
    if (!holds(state, holder)) return;
    // The head is read before each call, what waits only at the grant (design: superseded).
    if (isSuperseded(day.policy, holder, number === 0 ? state.queue : [], runs, head()))
      return end(holder, 'superseded');
    const isLast = number === day.waves - 1;
    later(now + day.wave + (isLast ? 0 : day.soak), () =>
      isLast ? end(holder, 'deployed') : wave(holder, number + 1),
    );
  };
  const grant = (): void => {
    const granted = grantNext(state, now);
    if (granted === undefined) return;
    state = granted.state;
    later(now, () => wave(granted.holder, 0));
  };

  for (let commit = 1; commit * day.pushEvery < day.lasts; commit += 1)
    later(commit * day.pushEvery + day.gates, () => {
      state = request(state, entryOf(commit, now));
      grant();
    });
  for (let minute = 1; minute <= day.lasts; minute += 1)
    later(minute, () => void ages.push(now - runs * day.pushEvery));
  for (;;) {
    const next = events.reduce<(typeof events)[number] | undefined>(
      (first, one) => (first === undefined || one.at < first.at ? one : first),
      undefined,
    );
    if (next === undefined || next.at > day.lasts) break;
    events.splice(events.indexOf(next), 1);
    now = next.at;
    next.happens();
  }
  return { ...counts, waiting: state.queue.length, ages };
}

function isSuperseded(
  policy: SupersedePolicy,
  { sha }: Entry,
  queue: readonly Entry[],
  running: number,
  head: number,
): boolean {
  const own = commitOf(sha);
  const seen = (commit: number) => ({
    sha: shaOf(commit),
    ancestry: ancestryOf(Math.max(0, commit - own), Math.max(0, own - commit)),
  });
  const facts = { policy, running: [seen(running)], head: seen(head) };
  return supersededBy({ ...facts, queued: queue.map((one) => seen(commitOf(one.sha))) }) !== undefined;
}

function holds({ holder }: LockState, deploy: Holder): boolean {
  return holder !== undefined && sameDeploy(holder, deploy) && holder.epoch === deploy.epoch;
}

function shaOf(commit: number): string {
  return commit.toString(16).padStart(40, '0');
}

function commitOf(sha: string): number {
  return Number.parseInt(sha, 16);
}

function entryOf(commit: number, now: number): Entry {
  const sha = shaOf(commit);
  return {
    workflowId: `deploy/production/${sha}`,
    runId: `run of ${commit}`,
    nonce: `nonce of ${commit}`,
    sha,
    tag: `staging-${sha.slice(0, 7)}`,
    kind: 'auto',
    urgent: false,
    actor: 'ci',
    reason: '',
    readyAt: now,
    requestedAt: now,
  };
}
