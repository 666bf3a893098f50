import { describe, expect, it } from 'vitest';
import { adopt } from '../../../src/rollout/lock/adoption.ts';
import { holdOn } from '../../../src/rollout/lock/holds.ts';
import { grantNext } from '../../../src/rollout/lock/transitions.ts';
import { entry, lockOf, queueOf } from './entries.ts';

const holder = {
  workflowId: 'deploy/shop/abc',
  runId: 'run-abc',
  sha: 'a'.repeat(40),
  tag: 'staging-aaaaaaa',
  kind: 'auto',
  epoch: 7,
} as const;

describe('A lock that begins after another one', () => {
  it('has its queue, pin and ledger, and says so', () => {
    const pin = { tag: 'staging-7', reason: 'bad', actor: 'ann', at: 0 };
    const former = { ...lockOf(entry(1), entry(2)), epoch: 12, pin };
    const state = adopt(lockOf(), { former, epoch: 12 }, 50);
    expect(queueOf(state)).toEqual(['staging-1', 'staging-2']);
    expect(state).toMatchObject({ epoch: 12, pin });
    expect(state.oddities[0]?.what).toContain('took over');
  });

  it('never falls behind the epoch that a deploy knows of', () => {
    const state = adopt(lockOf(entry(1)), { epoch: 41 }, 50);
    expect(grantNext(state, 60)?.holder.epoch).toBe(42);
  });

  it('finds the deploy that holds the fleet, and grants to nobody else', () => {
    const state = adopt(lockOf(entry(1)), { epoch: 7, holder }, 50);
    expect(state.holder).toMatchObject({ workflowId: 'deploy/shop/abc', runId: 'run-abc', epoch: 7 });
    expect(grantNext(state, 60)).toBeUndefined();
  });

  it('freezes the fleet when the one before cannot be read: a pin may be forgotten', () => {
    const state = adopt(lockOf(), { epoch: 3, lost: true }, 50);
    expect(holdOn(state, entry(1), 60)?.why).toContain('cannot be read');
    expect(holdOn(state, entry(1, { kind: 'rollback' }), 60)).toBeUndefined();
  });

  it('is empty where there was none', () => {
    expect(adopt(lockOf(), { epoch: 0 }, 50)).toEqual(lockOf());
  });
});
