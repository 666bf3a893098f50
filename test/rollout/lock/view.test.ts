import { describe, expect, it } from 'vitest';
import type { LedgerEntry, LockState } from '../../../src/rollout/lock/state.ts';
import { grantNext, request, stand } from '../../../src/rollout/lock/transitions.ts';
import { meanHoldMs, viewOf } from '../../../src/rollout/lock/view.ts';
import { entry, lockOf } from './entries.ts';

function past(took: number, outcome: LedgerEntry['outcome']): LedgerEntry {
  const { workflowId, runId, sha, tag, kind, actor, readyAt } = entry(1);
  return {
    ...{ workflowId, runId, sha, tag, kind, actor, readyAt },
    ...{ epoch: 1, outcome, reason: '', grantedAt: 0, endedAt: took },
  };
}

function held(more: Partial<LockState> = {}): LockState {
  const state = lockOf(entry(1), entry(2), entry(3));
  return { ...(grantNext(state, 1_000)?.state as LockState), ...more };
}

describe('What people see of the lock', () => {
  it('is a position and a reason for waiting for each entry', () => {
    expect(viewOf(held(), 2_000).queue.map(({ position, tag, why }) => [position, tag, why])).toEqual([
      [1, 'staging-2', 'staging-1 holds the fleet'],
      [2, 'staging-3', 'staging-1 holds the fleet; 1 before it'],
    ]);
  });

  it('is an estimate from past deploys that went well, and none without them', () => {
    expect(viewOf(held(), 2_000).queue[0]).toMatchObject({ noEstimate: 'no past deploy to go by' });
    expect(viewOf(held(), 2_000).queue[0]?.expectedAt).toBeUndefined();
    const ledger = [past(600, 'deployed'), past(9_000, 'superseded'), past(400, 'deployed')];
    expect(meanHoldMs(held({ ledger }))).toBe(500);
    expect(viewOf(held({ ledger }), 1_200).queue.map(({ expectedAt }) => expectedAt)).toEqual([1_500, 2_000]);
  });

  it('is no estimate while the holder stands halted, and one again when it goes on', () => {
    const before = held({ ledger: [past(500, 'deployed')] });
    const holder = before.holder as NonNullable<typeof before.holder>;
    const halted = stand(before, { ...holder, halted: true }, 1_300);
    const { holder: shown, queue } = viewOf(halted, 1_400);
    expect(shown?.haltedAt).toBe(1_300);
    expect(queue.map(({ why, noEstimate, expectedAt }) => [why, noEstimate, expectedAt])).toEqual([
      ['staging-1 holds the fleet, halted', 'halted', undefined],
      ['staging-1 holds the fleet, halted; 1 before it', 'halted', undefined],
    ]);
    expect(stand(before, { ...entry(2), halted: true }, 1_300)).toBe(before);
    const again = viewOf(stand(halted, { ...holder, halted: false }, 1_600), 1_700);
    expect(again.holder).not.toHaveProperty('haltedAt');
    expect(again.queue[0]).toMatchObject({ why: 'staging-1 holds the fleet', expectedAt: 1_700 });
    const anew = request(halted, { ...holder, nonce: 'after a reset' });
    expect(anew.holder).not.toHaveProperty('haltedAt');
  });

  it('counts nobody before an entry who is held while it is not', () => {
    const rest = [entry(4, { kind: 'manual' }), entry(5, { kind: 'manual' })];
    const frozen = { reason: 'sale', actor: 'bob', at: 0, until: 5_000 };
    const before = rest.reduce(
      (state, one) => request(state, one),
      held({ ledger: [past(500, 'deployed')] }),
    );
    const { queue } = viewOf({ ...before, freeze: frozen }, 1_200);
    expect(queue.map(({ tag, expectedAt }) => [tag, expectedAt])).toEqual([
      ['staging-2', 5_000],
      ['staging-3', 5_500],
      ['staging-4', 1_500],
      ['staging-5', 2_000],
    ]);
    expect(queue.slice(2).map(({ why }) => why)).toEqual([
      'staging-1 holds the fleet',
      'staging-1 holds the fleet; 1 before it',
    ]);
    expect(viewOf({ ...before, freeze: { ...frozen, until: undefined } as never }, 0).queue[0]).toMatchObject(
      {
        noEstimate: 'held without an end',
      },
    );
  });

  it('is why a hold stands against an entry, and until when', () => {
    const until = Date.UTC(2026, 0, 1);
    const state = held({ freeze: { reason: 'sale', actor: 'bob', at: 0, until } });
    expect(viewOf(state, 0).queue[0]?.why).toBe('frozen by bob: sale, until 2026-01-01T00:00:00.000Z');
  });

  it('is no freeze that is over', () => {
    const state = held({ freeze: { reason: 'sale', actor: 'bob', at: 0, until: 50 } });
    expect(viewOf(state, 49).freeze).toBeDefined();
    expect(viewOf(state, 50).freeze).toBeUndefined();
  });

  it('is as much of the queue as is asked for, and all of it in number', () => {
    expect(viewOf(held(), 0, 1)).toMatchObject({ waiting: 2, queue: [{ tag: 'staging-2' }] });
    expect(viewOf(held(), 0, 'nonsense').queue).toHaveLength(2);
    expect(viewOf(held(), 0, -1).queue).toHaveLength(2);
  });
});
