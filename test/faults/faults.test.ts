import protocol from '@temporalio/proto';
import { beforeAll, describe, expect, it } from 'vitest';
import pMap from 'p-map';
import { quietRuntime } from '../support/temporal.ts';
import { devBackbone } from './backbone.ts';
import { ALL_TARGETS, DATABASE_KILLS, KILLS, OTHERS, SERVER_KILLS } from './blows.ts';
import { buildsAtWork } from './builds.ts';
import { HARDSHIPS } from './catalogue.ts';
import { nameOf, planAlone, planDirected, pointOf } from './directed.ts';
import { problemsOf, runBatch, type BatchReport } from './harness.ts';
import type { Histories } from './histories.ts';
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

describe('a batch about one point', () => {
  it('takes every point of the catalogue by its name, and has it as its only blow', () => {
    for (const target of ALL_TARGETS) {
      const [what, moment, activity] = target;
      expect(pointOf(nameOf(target), true).slice(0, 3)).toEqual([what, moment, activity]);
      expect(planDirected(1, 4, target).blows).toMatchObject([{ what, moment, activity }]);
    }
  });

  it('has two runs that take every way there is, whatever the seed makes of the others', () => {
    const [target] = DATABASE_KILLS as [(typeof DATABASE_KILLS)[number]];
    for (const seed of [1, 2, 3]) {
      const { runs } = planDirected(seed, 4, target);
      const easy = { inTurn: true, hardships: [], undone: true, furnished: true, startsMs: [0, 0] };
      expect(runs.map((run) => run.index)).toEqual([0, 1, 2, 3]);
      expect(runs.slice(0, 2)).toMatchObject([easy, easy]);
      for (const run of runs.slice(0, 2)) expect(run).not.toHaveProperty('wheel');
    }
  });

  it('or about each fault alone comes by all of them in batches of one size, with nothing else that is wrong', () => {
    const plans = Array.from({ length: 12 }, (_, seed) => planAlone(seed + 1, 20));
    const runs = plans.flatMap((plan) => plan.runs);
    expect(new Set(runs.flatMap(({ hardships }) => hardships))).toEqual(new Set(HARDSHIPS));
    expect(runs.every(({ hardships, wheel }) => hardships.length === 1 && wheel === undefined)).toBe(true);
    expect(plans.flatMap(({ blows }) => blows)).toEqual([]);
  });

  it('is refused, with the points there are, for one that no deploy comes by or that has no database to kill', () => {
    expect(() => pointOf('freeze:sending prepare', true)).toThrow(
      /expected one of: freeze:sending rollWave, /,
    );
    expect(() => pointOf('database:before prepare', false)).toThrow(/no point is called/);
  });
});

const { History } = protocol.temporal.api.history.v1;
const [OLD, NEW] = ['0ld', 'n3w'] as const;
const MARKER = { markerRecordedEventAttributes: { markerName: 'core_patch' } };
const doneBy = (buildId: string) => ({
  workflowTaskCompletedEventAttributes: { deploymentVersion: { buildId } },
});

function batch(chains: Readonly<Record<string, readonly object[]>>): Histories[] {
  return Object.entries(chains).map(([id, events]) => new Map([[id, [History.fromObject({ events })]]]));
}

const both = {
  'deploy/a/1': [doneBy(OLD), doneBy(OLD)],
  'deploy/a/2': [doneBy(NEW), MARKER],
  'fleet-lock/a': [doneBy(OLD), doneBy(NEW)],
};

describe('two builds at once', () => {
  it('have both worked, each in its own way', () => {
    expect(buildsAtWork(batch(both), OLD, NEW)).toEqual([]);
  });

  it('are refused where one of them did nothing, or both are one', () => {
    const { 'deploy/a/1': first } = both;
    expect(buildsAtWork(batch({ 'deploy/a/1': first }), OLD, NEW)).toEqual([
      'two builds were to work, and n3w completed no workflow task',
    ]);
    expect(buildsAtWork(batch(both), OLD, OLD)).toEqual(['the two builds are one: 0ld']);
  });

  it('are refused where both do the same under two names, and where a deploy changed hands', () => {
    expect(buildsAtWork(batch({ ...both, 'deploy/a/2': [doneBy(NEW)] }), OLD, NEW)).toEqual([
      'deploy/a/2 was worked on by n3w, and not as that build does',
    ]);
    expect(buildsAtWork(batch({ ...both, 'deploy/a/1': [doneBy(OLD), doneBy(NEW)] }), OLD, NEW)).toEqual([
      'deploy/a/1 was worked on by more than one build: 0ld, n3w',
    ]);
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
