import { recordOddity, type Holder, type LockState } from './state.ts';
import type { DeployKind } from '../outcome.ts';

/** A deploy that says it holds the fleet. */
export interface FoundHolder {
  readonly workflowId: string;
  readonly runId: string;
  readonly sha: string;
  readonly tag: string;
  readonly kind: DeployKind;
  readonly epoch: number;
}

/** What a lock that begins without a state finds of the one before it. */
export interface Found {
  /** The whole state of the lock that was terminated or lost, as its last run had it. */
  readonly former?: LockState;
  /** The highest epoch that any deploy knows of. */
  readonly epoch: number;
  /** A deploy that holds the fleet, where the former lock cannot say. */
  readonly holder?: FoundHolder;
  /** There was a lock and it cannot be read. */
  readonly lost?: boolean;
}

/**
 * The state a lock begins with when there was one before it: terminated by hand, or lost with its server (I-29).
 * Queue, ledger, pin and freeze are those of the former lock, and epochs go on rising. Where they cannot be had the
 * fleet is frozen: a pin that is forgotten would let the bad commit forward again (I-27).
 */
export function adopt(state: LockState, found: Found, now: number): LockState {
  const { former } = found;
  const epoch = Math.max(state.epoch, found.epoch, former?.epoch ?? 0);
  if (former !== undefined) {
    const taken = `this lock took over queue, ledger, pin and freeze of the one before it`;
    return recordOddity({ ...former, fleet: state.fleet, epoch }, taken, now);
  }
  let next: LockState = { ...state, epoch };
  if (found.holder !== undefined) {
    next = recordOddity(
      { ...next, holder: holderOf(found.holder, now) },
      `a new lock found ${found.holder.workflowId} holding the fleet`,
      now,
    );
  }
  if (found.lost !== true) return next;
  const reason =
    'the fleet lock was lost and its state cannot be read: pin again what was pinned, then unfreeze';
  return recordOddity({ ...next, freeze: { reason, actor: 'greenlane', at: now } }, reason, now);
}

function holderOf(found: FoundHolder, now: number): Holder {
  const { workflowId, runId, sha, tag, kind, epoch } = found;
  return {
    workflowId,
    runId,
    nonce: runId,
    sha,
    tag,
    kind,
    urgent: false,
    actor: 'unknown',
    reason: 'found holding the fleet',
    readyAt: now,
    requestedAt: now,
    grantedAt: now,
    epoch,
  };
}
