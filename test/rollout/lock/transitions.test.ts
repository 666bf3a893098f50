import { describe, expect, it } from 'vitest';
import { MOST_WAITING, type LockState } from '../../../src/rollout/lock/state.ts';
import {
  dropHolder,
  grantNext,
  holderClosed,
  lastGoodBut,
  release,
  request,
  withdraw,
} from '../../../src/rollout/lock/transitions.ts';
import type { Outcome } from '../../../src/rollout/outcome.ts';
import { entry, lockOf, queueOf } from './entries.ts';

function granted(state: LockState, now = 100): LockState {
  const next = grantNext(state, now);
  if (next === undefined) throw new Error('nobody to grant to');
  return next.state;
}

function ended(state: LockState, outcome: Outcome, now = 200): LockState {
  const { holder } = state;
  if (holder === undefined) throw new Error('nobody holds');
  return release(
    state,
    { workflowId: holder.workflowId, runId: holder.runId, outcome, reason: outcome },
    now,
  );
}

/** Deploys `n` from request to end. */
function lived(state: LockState, n: number, outcome: Outcome): LockState {
  return ended(granted(request(state, entry(n))), outcome, 200 + n);
}

describe('The queue', () => {
  it('is in the order in which gates went green, whatever the order of the requests', () => {
    expect(queueOf(lockOf(entry(3), entry(1), entry(2)))).toEqual(['staging-1', 'staging-2', 'staging-3']);
  });

  it('keeps two that were ready at once in the order of their requests', () => {
    const state = lockOf(entry(2, { readyAt: 5 }), entry(1, { readyAt: 5 }));
    expect(queueOf(state)).toEqual(['staging-2', 'staging-1']);
  });

  it('has urgent deploys and rollbacks at its head, first come first served among themselves', () => {
    const state = lockOf(
      entry(1),
      entry(4, { urgent: true }),
      entry(2, { kind: 'rollback' }),
      entry(3, { urgent: true }),
    );
    expect(queueOf(state)).toEqual(['staging-2', 'staging-3', 'staging-4', 'staging-1']);
  });

  it('takes a request that is delivered twice once', () => {
    const state = lockOf(entry(1), entry(2), entry(1));
    expect(queueOf(state)).toEqual(['staging-1', 'staging-2']);
  });

  it('keeps the place of a deploy that asks anew, and grants to what it asked last', () => {
    const state = lockOf(entry(1), entry(2), entry(1, { nonce: 'later', readyAt: 9 }));
    expect(queueOf(state)).toEqual(['staging-1', 'staging-2']);
    expect(grantNext(state, 100)?.holder.nonce).toBe('later');
  });

  it('moves a waiting deploy to the head when it becomes urgent', () => {
    const state = request(lockOf(entry(1), entry(2)), entry(2, { urgent: true }));
    expect(queueOf(state)).toEqual(['staging-2', 'staging-1']);
  });

  it('holds two attempts at one SHA apart: their runs differ', () => {
    expect(lockOf(entry(1), entry(1, { runId: 'run-1b' })).queue).toHaveLength(2);
  });

  it('takes nobody more when it is full, and says who is to ask again', () => {
    const all = Array.from({ length: MOST_WAITING }, (_, n) => entry(n));
    const full = { ...lockOf(), queue: all };
    const state = request(full, entry(99_999));
    expect(state.queue).toHaveLength(MOST_WAITING);
    expect(state.oddities[0]?.what).toContain(`${entry(99_999).workflowId} is to ask again`);
  });
});

describe('A withdrawal', () => {
  it('takes the deploy out of the queue, and is nothing to do when it is not there', () => {
    const state = lockOf(entry(1), entry(2));
    expect(queueOf(withdraw(state, entry(1)))).toEqual(['staging-2']);
    expect(withdraw(state, entry(7))).toBe(state);
  });

  it('gives back a grant that was on its way when the deploy left', () => {
    const state = withdraw(granted(lockOf(entry(1), entry(2))), entry(1));
    expect(state.holder).toBeUndefined();
    expect(state.ledger).toHaveLength(0);
    expect(grantNext(state, 300)?.holder).toMatchObject({ tag: 'staging-2', epoch: 2 });
  });

  it('of an earlier wait leaves a later one alone', () => {
    const waiting = lockOf(entry(1, { nonce: 'second' }));
    expect(withdraw(waiting, entry(1, { nonce: 'first' }))).toBe(waiting);
    const holding = granted(waiting);
    expect(withdraw(holding, entry(1, { nonce: 'first' })).holder?.nonce).toBe('second');
  });

  it('typed by hand, without a nonce, never frees the fleet of a holder that acts', () => {
    const { workflowId, runId } = entry(1);
    expect(withdraw(granted(lockOf(entry(1))), { workflowId, runId }).holder?.runId).toBe(runId);
  });
});

describe('A grant', () => {
  it('goes to nobody while the fleet is held', () => {
    expect(grantNext(granted(lockOf(entry(1), entry(2))), 100)).toBeUndefined();
  });

  it('raises the epoch by one', () => {
    const state = granted(ended(granted(lockOf(entry(1), entry(2))), 'deployed'));
    expect(state).toMatchObject({ epoch: 2, grants: 2, holder: { tag: 'staging-2', epoch: 2 } });
  });

  it('is given anew with a higher epoch to a holder that was reset, and not for a request delivered twice', () => {
    const held = granted(lockOf(entry(1)));
    expect(request(held, entry(1)).holder?.epoch).toBe(1);
    expect(request(held, entry(1, { nonce: 'after the reset' }))).toMatchObject({
      epoch: 2,
      holder: { epoch: 2, nonce: 'after the reset' },
    });
  });

  it('that nobody is there to hear goes to the next one, and is recorded', () => {
    const held = granted(lockOf(entry(1), entry(2)));
    const state = dropHolder(held, held.holder as never, 150);
    expect(state.oddities[0]?.what).toBe(`${entry(1).workflowId} was gone when its turn came`);
    expect(granted(state)).toMatchObject({ holder: { tag: 'staging-2', epoch: 2 } });
  });

  it('that was refused late does not drop the holder after it', () => {
    const first = granted(lockOf(entry(1), entry(2)));
    const second = granted(ended(first, 'deployed'));
    expect(dropHolder(second, first.holder as never, 300)).toBe(second);
  });
});

describe('A release', () => {
  it('writes the ledger with outcome, times, digest and actor, and remembers the last known good', () => {
    const held = granted(lockOf(entry(1)));
    const state = release(
      held,
      {
        workflowId: entry(1).workflowId,
        runId: 'run-1',
        outcome: 'deployed',
        reason: 'all of them',
        digest: 'sha256:1',
      },
      500,
    );
    expect(state.holder).toBeUndefined();
    expect(state.ledger[0]).toMatchObject({
      tag: 'staging-1',
      outcome: 'deployed',
      actor: 'a test',
      digest: 'sha256:1',
      grantedAt: 100,
      endedAt: 500,
      epoch: 1,
    });
    expect(state.lastKnownGood).toEqual({ sha: entry(1).sha, tag: 'staging-1', digest: 'sha256:1', at: 500 });
  });

  it('by one that does not hold the fleet is recorded and frees nothing', () => {
    const held = granted(lockOf(entry(1)));
    const { workflowId, runId } = entry(5);
    const state = release(held, { workflowId, runId, outcome: 'deployed', reason: '' }, 500);
    expect(state.holder?.tag).toBe('staging-1');
    expect(state.lastKnownGood).toBeUndefined();
    expect(state.oddities[0]?.what).toBe(`a release by ${workflowId}, which does not hold the fleet`);
  });

  it('by one that still waits takes it out of the queue', () => {
    const { workflowId, runId } = entry(2);
    const state = release(
      granted(lockOf(entry(1), entry(2))),
      { workflowId, runId, outcome: 'failed', reason: '' },
      5,
    );
    expect(queueOf(state)).toEqual([]);
    expect(state.holder?.tag).toBe('staging-1');
  });

  it('teaches a lock that lost its memory how high the epochs are', () => {
    const { workflowId, runId } = entry(5);
    const state = release(
      lockOf(entry(1)),
      { workflowId, runId, epoch: 41, outcome: 'deployed', reason: '' },
      5,
    );
    expect(granted(state).holder?.epoch).toBe(42);
  });

  it('keeps the last fifty in the ledger', () => {
    let state = lockOf();
    for (let n = 1; n <= 60; n += 1) state = lived(state, n, 'failed');
    expect(state.ledger).toHaveLength(50);
    expect(state.ledger[0]?.tag).toBe('staging-60');
  });

  it('without one, of a holder that closed, is written as failed, once', () => {
    const held = granted(lockOf(entry(1)));
    const state = holderClosed(held, held.holder as never, 'terminated', 300);
    expect(state.ledger[0]).toMatchObject({
      outcome: 'failed',
      reason: 'ended without giving the fleet back (terminated)',
    });
    expect(holderClosed(state, held.holder as never, 'terminated', 301)).toBe(state);
  });
});

describe('The last known good', () => {
  it('is the one before a release that was rolled back', () => {
    const state = lived(lived(lived(lockOf(), 1, 'deployed'), 2, 'deployed'), 2, 'rolled_back');
    expect(state.lastKnownGood?.tag).toBe('staging-1');
  });

  it('is none when the only good release was rolled back', () => {
    expect(lived(lived(lockOf(), 1, 'deployed'), 1, 'rolled_back').lastKnownGood).toBeUndefined();
  });

  it('stays when another release was rolled back', () => {
    expect(lived(lived(lockOf(), 1, 'deployed'), 2, 'rolled_back').lastKnownGood?.tag).toBe('staging-1');
  });

  it('is never one that was rolled back itself, also while it was not the last', () => {
    const both = lived(lived(lockOf(), 1, 'deployed'), 2, 'deployed');
    expect(lived(lived(both, 1, 'rolled_back'), 2, 'rolled_back').lastKnownGood).toBeUndefined();
  });

  it('a release falls back on is never that release itself', () => {
    const state = lived(lived(lockOf(), 1, 'deployed'), 2, 'deployed');
    expect(lastGoodBut(state, entry(2).sha)?.tag).toBe('staging-1');
    expect(lastGoodBut(state, entry(3).sha)?.tag).toBe('staging-2');
    expect(lastGoodBut(lived(lockOf(), 1, 'deployed'), entry(1).sha)).toBeUndefined();
  });
});
