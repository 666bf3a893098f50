import { describe, expect, it } from 'vitest';
import { quietRuntime } from '../support/temporal.ts';
import { devBackbone } from './crew.ts';
import { runBatch } from './harness.ts';
import { describeBlow, planBatch } from './plan.ts';

/** Few, one batch after another, so that a busy machine does not fail them; `npm run faults` has the many. */
const BATCHES = [
  { seed: 1, runs: 4 },
  { seed: 4, runs: 4 },
];
const LONGEST_MS = 300_000;

quietRuntime();

describe('a plan of faults', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planBatch(7, 10, false)).toEqual(planBatch(7, 10, false));
    expect(planBatch(7, 10, false)).not.toEqual(planBatch(8, 10, false));
  });

  it('kills, freezes and stops the worker, and kills the server, at one seed or another', () => {
    const blows = Array.from({ length: 100 }, (_, seed) => planBatch(seed, 10, true).blows)
      .flat()
      .map(describeBlow)
      .join('\n');
    for (const blow of [
      'SIGKILL',
      'SIGSTOP',
      'SIGTERM',
      'before rollWave',
      'after rollWave',
      'reported rollWave',
    ])
      expect(blows).toContain(blow);
    expect(blows).toContain('Temporal server');
    expect(blows).toContain('database');
  });
});

describe('deploys while things break', () => {
  it.each(BATCHES)(
    'keep every promise in $runs runs of seed $seed',
    async ({ seed, runs }) => {
      const report = await runBatch(planBatch(seed, runs, false), devBackbone);
      const broken = report.runs
        .filter((run) => run.violations.length > 0)
        .map((run) => ({ again: report.command, blows: report.blows, ...run }));
      expect(broken).toEqual([]);
      expect(report.struck).toBeGreaterThan(0);
      expect(report.runs).toHaveLength(runs);
    },
    LONGEST_MS,
  );
});
