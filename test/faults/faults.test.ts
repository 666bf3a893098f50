import { beforeAll, describe, expect, it } from 'vitest';
import pMap from 'p-map';
import { quietRuntime } from '../support/temporal.ts';
import { devBackbone } from './backbone.ts';
import { DATABASE_KILLS, KILLS, OTHERS, SERVER_KILLS } from './blows.ts';
import { HARDSHIPS } from './catalogue.ts';
import { problemsOf, runBatch, type BatchReport } from './harness.ts';
import { planBatch, WORKERS } from './plan.ts';

/** Forty runs, two batches beside each other: they wait most of their time. `npm run nightly` has the many. */
const SEEDS = [1, 12];
const BATCH = 20;
/** As the nightly profile has them. */
const RUNS = 10;
const AT_ONCE = 2;
const LONGEST_MS = 400_000;

quietRuntime();

describe('a plan of faults', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planBatch(7, RUNS, false)).toEqual(planBatch(7, RUNS, false));
    expect(planBatch(7, RUNS, false)).not.toEqual(planBatch(8, RUNS, false));
  });

  it('comes by every blow, every hardship and every kind of worker in fifty batches', () => {
    const plans = Array.from({ length: 50 }, (_, index) => planBatch(index + 1, RUNS, false));
    const points = plans.flatMap(({ blows }) =>
      blows.map(({ what, moment, activity }) => `${what} ${moment} ${activity}`),
    );
    for (const [what, moment, activity] of [...KILLS, ...OTHERS, ...SERVER_KILLS])
      expect(points).toContain(`${what} ${moment} ${activity}`);
    const hardships = plans.flatMap(({ runs }) => runs.flatMap((run) => run.hardships));
    expect(new Set(hardships)).toEqual(new Set(HARDSHIPS));
    expect(new Set(plans.map(({ workers }) => workers))).toEqual(new Set(WORKERS));
  });

  it('kills the database and the server in every phase, where there is a database', () => {
    const plans = Array.from({ length: 28 }, (_, seed) => planBatch(seed, RUNS, true));
    const points = plans.flatMap(({ blows }) =>
      blows.map(({ what, moment, activity }) => `${what} ${moment} ${activity}`),
    );
    for (const [what, moment, activity] of [...DATABASE_KILLS, ...SERVER_KILLS])
      expect(points).toContain(`${what} ${moment} ${activity}`);
  });
});

// What holds at all times is not tried again.
describe('deploys while things break', { retry: 0 }, () => {
  const reports = new Map<number, BatchReport>();

  beforeAll(async () => {
    const batch = async (seed: number) =>
      reports.set(seed, await runBatch(planBatch(seed, BATCH, false), devBackbone));
    await pMap(SEEDS, batch, { concurrency: AT_ONCE });
  }, LONGEST_MS);

  it.each(SEEDS)('keep every promise in twenty runs of seed %i', (seed) => {
    const report = reports.get(seed) as BatchReport;
    expect(problemsOf(report).join('\n')).toBe('');
    expect(report.runs).toHaveLength(BATCH);
    // Each blow waits for a point that these many runs come by.
    expect(report.struck.length).toBeGreaterThan(report.blows.length / 2);
  });
});
