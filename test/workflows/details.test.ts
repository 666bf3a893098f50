import { describe, expect, it } from 'vitest';
import { grantNext, stand } from '../../src/rollout/lock/transitions.ts';
import type { LockState } from '../../src/rollout/lock/state.ts';
import { viewOf } from '../../src/rollout/lock/view.ts';
import { lockDetails } from '../../src/workflows/details.ts';
import { entry, lockOf } from '../rollout/lock/entries.ts';

describe('What Temporal UI shows of the lock', () => {
  const held = grantNext(lockOf(entry(1), entry(2), entry(3, { urgent: true })), 1_000)?.state as LockState;
  const { workflowId, runId, sha, tag, kind, actor, readyAt } = entry(9);
  const ended = { epoch: 1, outcome: 'deployed' as const, reason: '', grantedAt: 0, endedAt: 60_000 };
  const ledger = [{ workflowId, runId, sha, tag, kind, actor, readyAt, ...ended }];
  const rows = (state: LockState) =>
    lockDetails(viewOf(state, 2_000))
      .split('\n')
      .filter((line) => /^\| \d/.test(line));

  it('is position, reason and estimate of everybody who waits', () => {
    expect(rows({ ...held, ledger })).toEqual([
      '| 1 | staging-1 | staging-3 holds the fleet | 1970-01-01T00:01:01Z |',
      '| 2 | staging-2 | staging-3 holds the fleet; 1 before it | 1970-01-01T00:02:01Z |',
    ]);
  });

  it('says that a halted holder makes every estimate void', () => {
    const halted = stand({ ...held, ledger }, { ...entry(3), halted: true }, 1_500);
    expect(lockDetails(viewOf(halted, 2_000))).toContain('HALTED since 1970-01-01T00:00:01Z');
    expect(rows(halted)[0]).toBe(
      '| 1 | staging-1 | staging-3 holds the fleet, halted | halted, no estimate |',
    );
  });
});
