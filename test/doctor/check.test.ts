import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok, runChecks, FactMissing } from '../../src/doctor/check.ts';
import { sampleOf } from '../../src/doctor/fleet.ts';
import { MissingTokenError, TemporalUnreachableError } from '../../src/errors.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('the checks of doctor', () => {
  it('run beside each other, and none takes another with it', async () => {
    const results = await runChecks(
      [
        { name: 'good', look: async () => Promise.resolve(ok('fine')) },
        { name: 'throws at once', look: () => Promise.reject(new TypeError('secret text')) },
        { name: 'hangs', look: never },
        { name: 'needs another', look: () => Promise.reject(new FactMissing('forge')) },
      ],
      50,
    );
    expect(results.map(({ check, state }) => [check, state])).toEqual([
      ['good', 'ok'],
      ['throws at once', 'fail'],
      ['hangs', 'unknown'],
      ['needs another', 'unknown'],
    ]);
    expect(JSON.stringify(results)).not.toContain('secret text');
    expect(results[3]?.remedy).toBe('mend `forge` first');
  });

  it('say what is wrong in one column and what to do in the other', async () => {
    const [temporal, token] = await runChecks([
      {
        name: 'a',
        look: () => Promise.reject(new TemporalUnreachableError('temporal:7233', 'no connection')),
      },
      { name: 'b', look: () => Promise.reject(new MissingTokenError('SOME_TOKEN', 'reads')) },
    ]);
    expect(temporal).toMatchObject({
      state: 'fail',
      found: 'Temporal does not answer at temporal:7233 (no connection)',
    });
    expect(temporal?.remedy).toMatch(/^Set TEMPORAL_ADDRESS/);
    expect(token).toMatchObject({ state: 'unknown', found: 'SOME_TOKEN is not set here' });
  });
});

describe('the sample of tenants', () => {
  it('holds the canary, nobody twice, only tenants, and as many as asked for', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 80 }),
        fc.nat(30),
        (slugs, size) => {
          const canary = slugs[0] ?? 'nobody';
          const sample = sampleOf(slugs, canary, size + 1);
          expect(new Set(sample).size).toBe(sample.length);
          expect(sample.every((slug) => slugs.includes(slug))).toBe(true);
          expect(sample).toHaveLength(Math.min(slugs.length, size + 1));
          if (slugs.length > 0) expect(sample[0]).toBe(canary);
        },
      ),
    );
  });

  it('goes without a canary that is none', () => {
    expect(sampleOf(['a', 'b', 'c'], 'z', 2)).toHaveLength(2);
  });
});
