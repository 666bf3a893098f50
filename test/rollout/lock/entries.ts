import type { Entry, LockState } from '../../../src/rollout/lock/state.ts';
import { emptyLock } from '../../../src/rollout/lock/state.ts';
import { request } from '../../../src/rollout/lock/transitions.ts';

/** A deploy that asks for the fleet: number `n`, ready at `n` ms unless it says otherwise. */
export function entry(n: number, more: Partial<Entry> = {}): Entry {
  const sha = n.toString(16).padStart(40, '0');
  return {
    workflowId: `deploy/shop/${sha}`,
    runId: `run-${n}`,
    nonce: `nonce-${n}`,
    sha,
    tag: `staging-${n}`,
    kind: 'auto',
    urgent: false,
    actor: 'a test',
    reason: '',
    readyAt: n,
    requestedAt: n,
    ...more,
  };
}

/** A lock that the entries have asked, in this order. */
export function lockOf(...entries: readonly Entry[]): LockState {
  return entries.reduce((state, one) => request(state, one), emptyLock('shop'));
}

/** Tags of the queue, in order. */
export function queueOf(state: LockState): string[] {
  return state.queue.map(({ tag }) => tag);
}
