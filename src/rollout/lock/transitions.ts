import type { Outcome } from '../outcome.ts';
import { sameSha } from '../sha.ts';
import { holdOn } from './holds.ts';
import {
  LEDGER_LENGTH,
  MOST_WAITING,
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
  /** The epoch it acted under: a lock that lost its memory learns from it. */
  readonly epoch?: number;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly digest?: string;
  readonly tenants?: number;
  readonly onTarget?: number;
  readonly back?: number;
  readonly quarantined?: readonly string[];
  readonly touched?: boolean;
  readonly startedAt?: number;
}

/**
 * Takes a request. The same one twice changes nothing; the holder asking anew (it was reset, or its grant was lost)
 * is to be granted again with a higher epoch, so that calls of its former life are fenced off. A queue that is full
 * takes nobody: deploys ask again while they wait, so nobody is lost.
 */
export function request(state: LockState, entry: Entry, closures?: readonly Closure[]): LockState {
  const next: LockState = {
    ...state,
    requests: state.requests + 1,
    ...(closures === undefined ? {} : { closures }),
  };
  const { holder } = next;
  if (holder !== undefined && sameDeploy(holder, entry)) {
    if (holder.nonce === entry.nonce) return next;
    const { haltedAt: _, ...anew } = holder;
    return {
      ...next,
      holder: { ...anew, nonce: entry.nonce, epoch: next.epoch + 1 },
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
  if (next.queue.length >= MOST_WAITING)
    return recordOddity(
      next,
      `the queue is full (${MOST_WAITING}); ${entry.workflowId} is to ask again`,
      entry.requestedAt,
    );
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

/** Who gives a place back. With a nonce: only what was asked for under it, a grant on its way included. */
export interface Withdrawal extends Pick<Entry, 'workflowId' | 'runId'> {
  readonly nonce?: string;
}

/**
 * Takes an entry out of the queue; one that is not there is nothing to do. A deploy that leaves while its grant is on
 * its way has touched nothing and gives the fleet back with it, but only by the nonce of that very request: a
 * withdrawal typed by hand never frees the fleet of a holder that acts.
 */
export function withdraw(state: LockState, deploy: Withdrawal): LockState {
  const meant = (entry: Entry): boolean =>
    sameDeploy(entry, deploy) && (deploy.nonce === undefined || entry.nonce === deploy.nonce);
  if (deploy.nonce !== undefined && state.holder !== undefined && meant(state.holder)) return without(state);
  const queue = state.queue.filter((entry) => !meant(entry));
  return queue.length === state.queue.length ? state : { ...state, queue };
}

/** The entry whose turn it is next: the first that no hold stands against. */
export function nextUp(state: LockState, now: number): Entry | undefined {
  return state.queue.find((entry) => holdOn(state, entry, now) === undefined);
}

/** Grants the free fleet to the first entry that no hold stands against; the epoch rises by one. */
export function grantNext(state: LockState, now: number): { state: LockState; holder: Holder } | undefined {
  if (state.holder !== undefined) return undefined;
  const entry = nextUp(state, now);
  if (entry === undefined) return undefined;
  const epoch = state.epoch + 1;
  const holder: Holder = { ...entry, epoch, grantedAt: now };
  const queue = state.queue.filter((one) => one !== entry);
  return { holder, state: { ...state, queue, holder, epoch, grants: state.grants + 1 } };
}

/** A holder stands halted from now on, or goes on; said by anybody else it changes nothing. */
export function stand(
  state: LockState,
  { halted, ...deploy }: Pick<Entry, 'workflowId' | 'runId'> & { readonly halted: boolean },
  now: number,
): LockState {
  if (state.holder === undefined || !sameDeploy(state.holder, deploy)) return state;
  const { haltedAt: _, ...holder } = state.holder;
  return { ...state, holder: halted ? { ...holder, haltedAt: now } : holder };
}

/** Puts a holder that never received its grant out: it was gone before it touched anything. */
export function dropHolder(state: LockState, holder: Holder, now: number): LockState {
  if (state.holder === undefined || state.holder.epoch !== holder.epoch) return state;
  return recordOddity(without(state), `${holder.workflowId} was gone when its turn came`, now);
}

/** Takes the fleet back from its holder and writes the ledger. A release by anybody else is recorded and harmless. */
export function release(before: LockState, message: Release, now: number): LockState {
  const state: LockState = { ...before, epoch: Math.max(before.epoch, message.epoch ?? 0) };
  const { holder } = state;
  if (holder === undefined || !sameDeploy(holder, message)) {
    const withdrawn = withdraw(state, { workflowId: message.workflowId, runId: message.runId });
    return withdrawn === state
      ? recordOddity(state, `a release by ${message.workflowId}, which does not hold the fleet`, now)
      : withdrawn;
  }
  const entry = ledgerEntry(holder, message, now);
  const next = { ...without(state), ledger: [entry, ...state.ledger].slice(0, LEDGER_LENGTH) };
  const { sha, tag, digest } = entry;
  if (message.outcome === 'deployed')
    return { ...next, lastKnownGood: { sha, tag, at: now, ...(digest === undefined ? {} : { digest }) } };
  return message.outcome === 'rolled_back' ? withoutBad(next, sha) : next;
}

function ledgerEntry(holder: Holder, message: Release, now: number): LedgerEntry {
  const { workflowId, runId, sha, tag, kind, actor, epoch, readyAt, grantedAt } = holder;
  const { digest, tenants, onTarget, back, quarantined, touched, startedAt } = message;
  return {
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
    ...(back === undefined ? {} : { back }),
    ...(quarantined === undefined ? {} : { quarantined: quarantined.slice(0, 20) }),
    ...(touched === undefined ? {} : { touched }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

/** A release that was rolled back is not good any more: the one verified before it is. */
function withoutBad(state: LockState, sha: string): LockState {
  const { lastKnownGood: _, ...rest } = state;
  const good = lastGoodBut(state, sha);
  return good === undefined ? rest : { ...rest, lastKnownGood: good };
}

/**
 * The last known good release that is not the given one: what a deploy of that release may fall back on. Rolled back
 * releases are none.
 */
export function lastGoodBut(state: LockState, sha: string): LockState['lastKnownGood'] {
  if (state.lastKnownGood !== undefined && !sameSha(state.lastKnownGood.sha, sha)) return state.lastKnownGood;
  const bad = [sha];
  for (const { outcome, sha: one, tag, digest, endedAt } of state.ledger) {
    if (outcome === 'rolled_back') bad.push(one);
    if (outcome === 'deployed' && !bad.some((other) => sameSha(one, other)))
      return { sha: one, tag, at: endedAt, ...(digest === undefined ? {} : { digest }) };
  }
  return undefined;
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
