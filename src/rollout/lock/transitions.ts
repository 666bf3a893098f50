import type { Outcome } from '../outcome.ts';
import { holdOn } from './holds.ts';
import {
  LEDGER_LENGTH,
  recordOddity,
  sameDeploy,
  type Closure,
  type Entry,
  type Holder,
  type LedgerEntry,
  type LockState,
} from './state.ts';

/** How a holder gives the fleet back. */
export interface Release {
  readonly workflowId: string;
  readonly runId: string;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly digest?: string;
  readonly tenants?: number;
  readonly onTarget?: number;
  readonly quarantined?: readonly string[];
  readonly startedAt?: number;
}

/**
 * Takes a request. The same one twice changes nothing; the holder asking anew (it was reset, or its grant was lost)
 * is to be granted again with a higher epoch, so that calls of its former life are fenced off.
 */
export function request(state: LockState, entry: Entry, closures?: readonly Closure[]): LockState {
  const next: LockState = {
    ...state,
    requests: state.requests + 1,
    ...(closures === undefined ? {} : { closures }),
  };
  const { holder } = next;
  if (holder !== undefined && sameDeploy(holder, entry)) {
    return holder.nonce === entry.nonce
      ? next
      : {
          ...next,
          holder: { ...holder, nonce: entry.nonce, epoch: next.epoch + 1 },
          epoch: next.epoch + 1,
          grants: next.grants + 1,
        };
  }
  const waiting = next.queue.findIndex((one) => sameDeploy(one, entry));
  if (waiting >= 0) {
    const known = next.queue[waiting] as Entry;
    // Asking again keeps the place; becoming urgent moves it.
    if (known.urgent === entry.urgent)
      return { ...next, queue: next.queue.with(waiting, { ...known, nonce: entry.nonce }) };
    return { ...next, queue: insert(next.queue.toSpliced(waiting, 1), { ...entry, readyAt: known.readyAt }) };
  }
  return { ...next, queue: insert(next.queue, entry) };
}

/** Urgent deploys and rollbacks stand at the head, first come first served among themselves, then the rest. */
function insert(queue: readonly Entry[], entry: Entry): Entry[] {
  const at = queue.findIndex((other) => before(entry, other));
  return at < 0 ? [...queue, entry] : queue.toSpliced(at, 0, entry);
}

function before(a: Entry, b: Entry): boolean {
  if (isFirst(a) !== isFirst(b)) return isFirst(a);
  return a.readyAt < b.readyAt;
}

function isFirst(entry: Entry): boolean {
  return entry.urgent || entry.kind === 'rollback';
}

/** Takes an entry out of the queue; one that is not there is nothing to do. */
export function withdraw(state: LockState, deploy: Pick<Entry, 'workflowId' | 'runId'>): LockState {
  const queue = state.queue.filter((entry) => !sameDeploy(entry, deploy));
  return queue.length === state.queue.length ? state : { ...state, queue };
}

/** Grants the free fleet to the first entry that no hold stands against; the epoch rises by one. */
export function grantNext(state: LockState, now: number): { state: LockState; holder: Holder } | undefined {
  if (state.holder !== undefined) return undefined;
  const at = state.queue.findIndex((entry) => holdOn(state, entry, now) === undefined);
  if (at < 0) return undefined;
  const epoch = state.epoch + 1;
  const holder: Holder = { ...(state.queue[at] as Entry), epoch, grantedAt: now };
  return {
    holder,
    state: { ...state, queue: state.queue.toSpliced(at, 1), holder, epoch, grants: state.grants + 1 },
  };
}

/** Puts a holder that never received its grant out: it was gone before it touched anything. */
export function dropHolder(state: LockState, holder: Holder, now: number): LockState {
  if (state.holder === undefined || state.holder.epoch !== holder.epoch) return state;
  return recordOddity(without(state), `${holder.workflowId} was gone when its turn came`, now);
}

/** Takes the fleet back from its holder and writes the ledger. A release by anybody else is recorded and harmless. */
export function release(state: LockState, message: Release, now: number): LockState {
  const { holder } = state;
  if (holder === undefined || !sameDeploy(holder, message)) {
    const withdrawn = withdraw(state, message);
    return withdrawn === state
      ? recordOddity(state, `a release by ${message.workflowId}, which does not hold the fleet`, now)
      : withdrawn;
  }
  const { workflowId, runId, sha, tag, kind, actor, epoch, readyAt, grantedAt } = holder;
  const { digest, tenants, onTarget, quarantined, startedAt } = message;
  const entry: LedgerEntry = {
    workflowId,
    runId,
    sha,
    tag,
    kind,
    actor,
    epoch,
    readyAt,
    grantedAt,
    outcome: message.outcome,
    reason: message.reason.slice(0, 500),
    endedAt: now,
    ...(digest === undefined ? {} : { digest }),
    ...(tenants === undefined ? {} : { tenants }),
    ...(onTarget === undefined ? {} : { onTarget }),
    ...(quarantined === undefined ? {} : { quarantined: quarantined.slice(0, 20) }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
  const next = { ...without(state), ledger: [entry, ...state.ledger].slice(0, LEDGER_LENGTH) };
  if (message.outcome !== 'deployed') return next;
  return { ...next, lastKnownGood: { sha, tag, at: now, ...(digest === undefined ? {} : { digest }) } };
}

/** The holder's chain of runs is closed and it never released: whatever it did, nobody acts on the fleet any more. */
export function holderClosed(state: LockState, holder: Holder, how: string, now: number): LockState {
  if (state.holder === undefined || !sameDeploy(state.holder, holder)) return state;
  return release(
    state,
    {
      workflowId: holder.workflowId,
      runId: holder.runId,
      outcome: 'failed',
      reason: `ended without giving the fleet back (${how})`,
    },
    now,
  );
}

function without(state: LockState): LockState {
  const { holder: _, ...rest } = state;
  return rest;
}
