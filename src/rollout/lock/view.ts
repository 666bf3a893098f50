import { holdOn, type Hold } from './holds.ts';
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
  /** When its turn is expected, ms since the epoch, from the mean of past deploys. */
  readonly expectedAt?: number;
  /** Why nobody can tell when that is. */
  readonly noEstimate?: string;
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
  const clock = new Clock(state, now);
  const queue = state.queue.slice(0, limit).map((entry, index): QueueEntry => {
    const { workflowId, sha, tag, kind, urgent, actor, readyAt } = entry;
    const hold = holdOn(state, entry, now);
    return {
      ...{ position: index + 1, workflowId, sha, tag, kind, urgent, actor, readyAt },
      why: reason(state, hold, clock.before),
      ...clock.turn(hold),
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

function reason({ holder }: LockState, hold: Hold | undefined, before: number): string {
  if (hold !== undefined)
    return hold.until === undefined ? hold.why : `${hold.why}, until ${new Date(hold.until).toISOString()}`;
  if (holder === undefined) return 'its turn is next';
  const held = `${holder.tag} holds the fleet${holder.haltedAt === undefined ? '' : ', halted'}`;
  return before === 0 ? held : `${held}; ${before} before it`;
}

/** Expects the turns of a queue, one entry after another. */
class Clock {
  /** Entries so far that wait for nothing but the fleet. */
  before = 0;
  readonly #now: number;
  readonly #mean: number | undefined;
  readonly #halted: boolean;
  /** When the fleet is free for the next one. */
  #free: number;
  /** When it is, for the next of those that wait for the end of a hold. */
  #freeAfterHolds = 0;

  constructor(state: LockState, now: number) {
    const { holder } = state;
    this.#now = now;
    this.#mean = meanHoldMs(state);
    this.#halted = holder?.haltedAt !== undefined;
    this.#free = holder === undefined ? now : holder.grantedAt + (this.#mean ?? 0);
  }

  turn(hold: Hold | undefined): Pick<QueueEntry, 'expectedAt' | 'noEstimate'> {
    if (hold === undefined) this.before += 1;
    if (this.#halted) return { noEstimate: 'halted' };
    if (hold !== undefined && hold.until === undefined) return { noEstimate: 'held without an end' };
    if (this.#mean === undefined) return { noEstimate: 'no past deploy to go by' };
    const free = Math.max(this.#now, this.#free);
    const at = hold === undefined ? free : Math.max(free, this.#freeAfterHolds, hold.until ?? 0);
    if (hold === undefined) this.#free = free + this.#mean;
    else this.#freeAfterHolds = at + this.#mean;
    return { expectedAt: Math.round(at) };
  }
}
