import type { DeployKind, Outcome } from '../outcome.ts';

/** One deploy that wants the fleet. */
export interface Entry {
  readonly workflowId: string;
  /** First run of the deploy's chain: the same through continue-as-new and reset, another for a new attempt. */
  readonly runId: string;
  /** One per request the deploy means: the same when a request is delivered twice. */
  readonly nonce: string;
  readonly sha: string;
  readonly tag: string;
  readonly kind: DeployKind;
  readonly urgent: boolean;
  readonly actor: string;
  readonly reason: string;
  /** When its gates went green, ms since the epoch: the order of the queue. */
  readonly readyAt: number;
  readonly requestedAt: number;
}

export interface Holder extends Entry {
  readonly epoch: number;
  readonly grantedAt: number;
  /** It stands halted since, ms since the epoch: nobody can tell how long people will think. */
  readonly haltedAt?: number;
}

/** A hold on one tag: auto deploys of any other wait (I-27). */
export interface Pin {
  readonly tag: string;
  readonly reason: string;
  readonly actor: string;
  readonly at: number;
}

/** A hold on all auto deploys. */
export interface Freeze {
  readonly reason: string;
  readonly actor: string;
  readonly at: number;
  /** ms since the epoch; absent: until somebody unfreezes. */
  readonly until?: number;
}

/** One occurrence of a configured freeze window, ms since the epoch. */
export interface Closure {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A release that had the fleet, and how it ended. */
export interface LedgerEntry {
  readonly workflowId: string;
  readonly runId: string;
  readonly sha: string;
  readonly tag: string;
  readonly kind: DeployKind;
  readonly actor: string;
  readonly epoch: number;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly digest?: string;
  readonly readyAt: number;
  readonly grantedAt: number;
  readonly endedAt: number;
  readonly tenants?: number;
  readonly onTarget?: number;
  /** Of a deploy that took tenants back: how many are proven on what they ran before. */
  readonly back?: number;
  readonly quarantined?: readonly string[];
  /** Whether it may have called any tenant. */
  readonly touched?: boolean;
  /** Time of the commit's deploy start, ms since the epoch: lead times are measured from here. */
  readonly startedAt?: number;
}

export interface LockState {
  readonly fleet: string;
  readonly epoch: number;
  readonly queue: readonly Entry[];
  readonly holder?: Holder;
  readonly pin?: Pin;
  readonly freeze?: Freeze;
  readonly closures: readonly Closure[];
  /** Newest first, at most 50. */
  readonly ledger: readonly LedgerEntry[];
  readonly lastKnownGood?: {
    readonly sha: string;
    readonly tag: string;
    readonly digest?: string;
    readonly at: number;
  };
  /** What was recorded and not understood, newest first, at most 20. */
  readonly oddities: readonly { readonly at: number; readonly what: string }[];
  /** Requests taken in the lock's life: a measure, and what a benchmark counts. */
  readonly requests: number;
  readonly grants: number;
}

export const LEDGER_LENGTH = 50;
/** More than this many are not taken into the queue: the state must fit one payload of Temporal (2 MB). */
export const MOST_WAITING = 4_000;
const ODDITIES_LENGTH = 20;

export function emptyLock(fleet: string): LockState {
  return { fleet, epoch: 0, queue: [], closures: [], ledger: [], oddities: [], requests: 0, grants: 0 };
}

/** Whether two messages speak of the same deploy: the same chain of runs. */
export function sameDeploy(
  a: Pick<Entry, 'workflowId' | 'runId'>,
  b: Pick<Entry, 'workflowId' | 'runId'>,
): boolean {
  return a.workflowId === b.workflowId && a.runId === b.runId;
}

/** Records what could not be understood; it is shown by `queue` and harms nobody. */
export function recordOddity(state: LockState, what: string, at: number): LockState {
  return { ...state, oddities: [{ at, what }, ...state.oddities].slice(0, ODDITIES_LENGTH) };
}
