import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doraOf } from '../../src/board/dora.ts';
import { OUTCOMES } from '../../src/rollout/outcome.ts';
import { released } from './samples.ts';

const HOUR = 3_600_000;

/** Values by name; the ledger is given oldest first here. */
function measured(ledger: ReturnType<typeof released>[], nowHours: number) {
  const { measures } = doraOf(ledger.toReversed(), nowHours * HOUR);
  const of = (name: string) => measures.find((measure) => measure.name === name)?.value;
  return {
    frequency: of('Deployment frequency'),
    leadTime: of('Lead time for changes'),
    failureRate: of('Change failure rate'),
    restore: of('Time to restore'),
  };
}

describe('the DORA measures', () => {
  it('are absent where the ledger is empty', () => {
    expect(measured([], 1)).toEqual({
      frequency: undefined,
      leadTime: undefined,
      failureRate: undefined,
      restore: undefined,
    });
  });

  it('count releases per day since the oldest one, over a day at least', () => {
    expect(measured([released(0), released(1)], 2).frequency).toBe(2);
    expect(measured([released(0), released(24), released(47)], 48.1666).frequency).toBeCloseTo(1.5, 2);
  });

  it('count neither rollbacks nor what was not deployed as a release', () => {
    const ledger = [released(0), released(1, { kind: 'rollback' }), released(2, { outcome: 'superseded' })];
    expect(measured(ledger, 3).frequency).toBe(1);
  });

  it('measure lead time as the median from the start of the deploy to its proof', () => {
    expect(measured([released(0)], 1).leadTime).toBe(1_800_000);
    expect(measured([released(0), released(2, { startedAt: 2 * HOUR - 2_400_000 })], 3).leadTime).toBe(
      2_400_000,
    );
  });

  it('count only what reached the fleet as a change', () => {
    const ledger = [
      released(0),
      released(1, { outcome: 'failed', onTarget: 3 }),
      released(2, { outcome: 'failed', tenants: 0 }),
      released(3, { outcome: 'superseded' }),
      released(4, { outcome: 'disabled', tenants: 0 }),
    ];
    expect(measured(ledger, 5).failureRate).toBe(0.5);
  });

  it('count a holder that vanished as a failure: nobody knows what it did', () => {
    const { tenants: _, ...vanished } = released(1, { outcome: 'failed' });
    expect(measured([released(0), vanished], 5).failureRate).toBe(0.5);
  });

  it('count a release that a rollback followed at once as a failure', () => {
    const ledger = [released(0), released(1), released(2, { kind: 'rollback' }), released(3)];
    expect(measured(ledger, 4).failureRate).toBeCloseTo(1 / 3);
    expect(measured(ledger, 4).restore).toBe(HOUR + 600_000);
  });

  it('measure restoration to the next release that left the fleet whole, failures in a row from the first', () => {
    const failed = (hour: number) => released(hour, { outcome: 'failed' });
    expect(measured([failed(0), failed(1), released(3)], 9).restore).toBe(3 * HOUR + 600_000);
    expect(measured([released(0, { outcome: 'rolled_back' })], 9).restore).toBe(600_000);
    expect(measured([failed(0), released(1, { outcome: 'superseded' })], 9).restore).toBeUndefined();
  });

  it('stay within what they can be, for any ledger', () => {
    const entry = fc.record({
      gap: fc.integer({ min: 0, max: 50 }),
      outcome: fc.constantFrom(...OUTCOMES),
      kind: fc.constantFrom('auto' as const, 'manual' as const, 'rollback' as const),
      tenants: fc.constantFrom(0, 30),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 50 }), (entries) => {
        let hour = 0;
        const ledger = entries.map(({ gap, ...rest }) => released((hour += gap + 1), rest));
        const { frequency, leadTime, failureRate, restore } = measured(ledger, hour + 1);
        if (ledger.length > 0) expect(frequency).toBeGreaterThanOrEqual(0);
        expect(leadTime ?? 1).toBeGreaterThan(0);
        expect(restore ?? 1).toBeGreaterThan(0);
        expect(failureRate ?? 0).toBeGreaterThanOrEqual(0);
        expect(failureRate ?? 0).toBeLessThanOrEqual(1);
        const bad = entries.some(
          ({ outcome, tenants, kind }) => outcome === 'failed' && tenants > 0 && kind !== 'rollback',
        );
        if (bad) expect(failureRate).toBeGreaterThan(0);
      }),
    );
  });
});
