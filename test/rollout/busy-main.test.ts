import fc from 'fast-check';
import { expect, test } from 'vitest';
import { live, rolloutOf, type Day } from '../../bench/busy-main/day.ts';
import { percentile } from '../../bench/support/figures.ts';

/** A push every 2 minutes, gates that take 20, a rollout of 12: a day of docs/supersession.md. */
const BUSY = { lasts: 24 * 60, pushEvery: 2, gates: 20, waves: 5, wave: 1.6, soak: 1 };

const oldest = ({ ages }: { readonly ages: readonly number[] }): number => Math.max(...ages);

test('a busy main deploys at its own pace under newest-ready, and starves under head', () => {
  const [ready, head, never] = (['newest-ready', 'head', 'never'] as const).map((policy) =>
    live({ ...BUSY, policy }),
  );
  if (ready === undefined || head === undefined || never === undefined) throw new Error('three policies');
  // One after another, from the first that is green to the end of the day.
  expect(ready.deployed).toBe(Math.floor((BUSY.lasts - BUSY.gates - 2) / 12));
  expect(oldest(ready)).toBeLessThanOrEqual(BUSY.gates + 2 * 12 + BUSY.pushEvery);
  expect([head.deployed, oldest(head)]).toEqual([0, BUSY.lasts]);
  // All of them, in order, and later every hour: the queue grows by twenty-five an hour.
  expect(never.waiting).toBeGreaterThan(500);
  expect(percentile(never.ages, 0.5)).toBeGreaterThan(10 * percentile(ready.ages, 0.5));
});

test('a main that rests between two pushes is deployed push by push under every policy', () => {
  const calm = { ...BUSY, pushEvery: 40 };
  for (const policy of ['newest-ready', 'head', 'never'] as const)
    expect(live({ ...calm, policy })).toMatchObject({ deployed: 35, superseded: 0, waiting: 0 });
});

const day = fc.record({
  lasts: fc.constant(600),
  pushEvery: fc.integer({ min: 1, max: 30 }),
  gates: fc.integer({ min: 1, max: 60 }),
  waves: fc.integer({ min: 1, max: 6 }),
  wave: fc.integer({ min: 1, max: 6 }),
  soak: fc.integer({ min: 0, max: 3 }),
});

test('under newest-ready the fleet is never older than its gates, two rollouts and a push, however busy the main', () => {
  fc.assert(
    fc.property(day, (one) => {
      const today: Day = { ...one, policy: 'newest-ready' };
      const most = today.gates + 2 * rolloutOf(today) + today.pushEvery;
      for (const age of live(today).ages) expect(age).toBeLessThanOrEqual(most);
    }),
    { numRuns: 40 },
  );
});

test('no policy deploys less often than head, and under head a push within every rollout starves the fleet', () => {
  fc.assert(
    fc.property(day, (one) => {
      const [ready, head] = [live({ ...one, policy: 'newest-ready' }), live({ ...one, policy: 'head' })];
      expect(ready.deployed).toBeGreaterThanOrEqual(head.deployed);
      if (one.pushEvery <= one.gates) expect(head.deployed).toBe(0);
    }),
    { numRuns: 40 },
  );
});
