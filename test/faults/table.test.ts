import { describe, expect, it } from 'vitest';
import { describeBlow } from './blows.ts';
import { planAlone, planDirected, pointOf } from './directed.ts';
import { missedOf, problemsOf, type BatchReport } from './harness.ts';
import { planBatch } from './plan.ts';
import { tableOf } from './table.ts';

const plan = planBatch(2, 3, false);
const report: BatchReport = {
  seed: plan.seed,
  workerKind: plan.workers,
  blows: plan.blows.map(describeBlow),
  struck: plan.blows.map(describeBlow),
  workers: 4,
  seconds: 60,
  runs: plan.runs.map(({ index, hardships }) => ({
    run: `fleet-${index}`,
    outcomes: ['deployed'],
    hardships: hardships.map(({ name }) => name),
    met: hardships.map(() => true),
    violations: [],
  })),
  beside: [],
  command: 'npm run faults -- --seed 2 --runs 3 --size 3',
};

describe('the table of what was broken', () => {
  it('counts runs, deploys and blows, and says that nothing was lost', () => {
    const table = tableOf([report, { ...report, seed: 3 }]);
    expect(table).toMatch(/^6 runs with 6 deploys \(6 deployed\), 8 workers, seeds 2–3\./);
    expect(table).toMatch(/\| `kill -9` of the worker \| \d of \d\d points \| [4-6] times \| nothing \|/);
    expect(table).not.toMatch(/below/);
  });

  it('names seed and command where something was lost, in the rows of what struck there', () => {
    const wrong = { ...report, beside: ['a run of deploy/fleet-0/x does not replay'] };
    const table = tableOf([wrong]);
    expect(table).toMatch(/\| `kill -9` of the worker \|.*\| see below: seeds 2 \|/);
    expect(table).toContain('does not replay');
    expect(table).toContain(`again: ${report.command}`);
  });

  it('says how often a point never came', () => {
    const [blow, ...struck] = report.struck;
    expect(blow).toMatch(/^kill -9 of the worker/);
    expect(tableOf([{ ...report, struck }])).toMatch(
      /\| `kill -9` of the worker \|.*\| 1 times; 1 more never came \| nothing \|/,
    );
  });

  it('takes the plan from the log where it is there', () => {
    const logged = (runs: typeof plan.runs): string =>
      tableOf([{ ...report, plan: JSON.parse(JSON.stringify({ ...plan, runs })) as typeof plan }]);
    expect(logged(plan.runs)).toBe(tableOf([report]));
    expect(logged(plan.runs.map((run) => ({ ...run, hardships: [] })))).not.toMatch(/[1-9]\d* of \d+ faults/);
  });
});

describe('a blow whose point never came', () => {
  const target = pointOf('kill:before rollWave', false);
  const plan = planDirected(1, 2, target);
  const blows = plan.blows.map(describeBlow);
  const whole: BatchReport = { ...report, runs: [], blows, struck: blows, plan };

  it('counts as such, each of two at one point for itself', () => {
    expect(missedOf({ blows: ['a', 'a', 'b'], struck: ['b', 'a'] })).toEqual(['a']);
    expect(missedOf(whole)).toEqual([]);
  });

  it('fails the batch that is about it, and no other', () => {
    expect(problemsOf(whole)).toEqual([]);
    expect(problemsOf({ ...whole, struck: [] })[0]).toMatch(
      /it never came: kill -9 of the worker .*rollWave/,
    );
    const { directed: _, ...general } = plan;
    expect(problemsOf({ ...whole, struck: [], plan: general })).toEqual([]);
  });
});

describe('a fault of the world that never struck', () => {
  const plan = planAlone(0, 2);
  const runs = plan.runs.map(({ hardships }, index) => ({
    run: `fleet-${index}`,
    outcomes: [],
    hardships: hardships.map(({ name }) => name),
    met: [index === 0],
    violations: [],
  }));
  const whole: BatchReport = { ...report, blows: [], struck: [], plan, runs };

  it('is not counted, and fails the batch that is about each alone', () => {
    expect(tableOf([whole])).toMatch(/: 1 of \d+ faults, 1 of them alone \| gates \| 1 runs \|/);
    expect(problemsOf(whole)[0]).toMatch(/it never came: forge\.statuses: status 503 \(fleet-1\)/);
  });
});
