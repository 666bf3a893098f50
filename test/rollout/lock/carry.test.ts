import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packLock, unpackLock } from '../../../src/rollout/lock/carry.ts';
import type { Entry } from '../../../src/rollout/lock/state.ts';
import { entry, lockOf } from './entries.ts';

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  workflowId: fc.oneof(fc.constant('deploy/shop/x'), fc.string({ minLength: 1 })),
  runId: fc.string({ minLength: 1 }),
  nonce: fc.string({ minLength: 1 }),
  sha: fc.stringMatching(/^[0-9a-f]{40}$/),
  tag: fc.string({ minLength: 1 }),
  kind: fc.constantFrom('auto', 'manual', 'rollback'),
  urgent: fc.boolean(),
  actor: fc.string(),
  reason: fc.string(),
  readyAt: fc.nat(),
  requestedAt: fc.nat(),
});

describe('The state that goes through continue-as-new', () => {
  it('comes out as it went in, through JSON', () => {
    fc.assert(
      fc.property(fc.array(anyEntry), fc.nat(), (queue, epoch) => {
        const state = { ...lockOf(), queue, epoch, pin: { tag: 't', reason: 'r', actor: 'a', at: 1 } };
        expect(unpackLock(JSON.parse(JSON.stringify(packLock(state))))).toEqual(state);
      }),
    );
  });

  it('of a thousand waiting deploys fits a payload of 256 KB', () => {
    const waiting = Array.from({ length: 1_000 }, (_, n) =>
      entry(n, {
        runId: '01a1fe86-6488-71dd-b885-4f91a23f0f6d',
        nonce: '6f9d1c9e-1c43-4a6d',
        tag: `staging-${n.toString(16).padStart(7, '0')}`,
        actor: 'somebody (CI run 1234567)',
        readyAt: 1_795_270_549_843,
        requestedAt: 1_795_270_549_844,
      }),
    );
    expect(JSON.stringify(packLock({ ...lockOf(), queue: waiting })).length).toBeLessThan(256 * 1024);
  });

  it('that is none is refused: a lock never guesses', () => {
    for (const nonsense of [undefined, {}, { fleet: 'shop' }, { ...packLock(lockOf()), queue: [['x']] }])
      expect(() => unpackLock(nonsense)).toThrow();
  });
});
