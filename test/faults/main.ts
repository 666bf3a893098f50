/**
 * Deploys on the simulator while things are broken, seeded and replayable; every violation of an invariant is
 * printed with the command that does the same again.
 * `npm run faults -- --runs 500 --seed 1 [--size 10] [--at-once 1] [--cluster] [--json F]`; `--size`: runs that share a
 * server and a lane, a batch; `--at-once`: batches beside each other.
 * `npm run faults -- --point 'freeze:before watchHolder' [--point …] [--times 2] [--seed 1] [--size 4] [--cluster]`:
 * a batch for each point, so many times, whose runs certainly come by it; one whose point never came fails.
 * `npm run faults -- --alone [--seed 1] [--size 20]`: every fault of the simulator in a run of its own; one that never
 * struck fails.
 * `npm run faults -- --call 10`: SIGTERM of the worker during a call of ten minutes.
 * `--table`: prints what struck where, and what was lost, as docs/reliability.md has it; of runs that were logged by
 * `--json` before: `npm run faults -- --table F …`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pMap from 'p-map';
import { clusterBackbone, devBackbone } from './backbone.ts';
import { HARDSHIPS } from './catalogue.ts';
import { planAlone, planDirected, pointOf } from './directed.ts';
import { linesOf, missedOf, problemsOf, runBatch, unmetOf, type BatchReport } from './harness.ts';
import { longCall } from './long-call.ts';
import { planBatch, type BatchPlan } from './plan.ts';
import { tableOf } from './table.ts';
import { quietRuntime } from '../support/temporal.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string' },
    point: { type: 'string', multiple: true, default: [] },
    times: { type: 'string', default: '1' },
    alone: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '1' },
    cluster: { type: 'boolean', default: false },
    call: { type: 'string' },
    json: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
if (values.table && positionals.length > 0) {
  const logged = positionals.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as BatchReport[]);
  console.log(tableOf(logged));
  process.exit(0);
}
if (values.call !== undefined) {
  const wrong = await longCall(Number(values.call), console.log);
  for (const one of wrong) console.error(one);
  process.exit(wrong.length === 0 ? 0 : 1);
}
const directed = values.point.length > 0;
const counts = [
  values.runs ?? (values.alone ? HARDSHIPS.length : 500),
  values.seed,
  values.size ?? (directed ? 4 : 10),
  values['at-once'],
  values.times,
];
const [runs, seed, size, atOnce, times] = counts.map(Number) as [number, number, number, number, number];
if (
  ![runs, seed, size, atOnce, times].every(Number.isInteger) ||
  Math.min(runs, size, atOnce, times) < 1 ||
  seed < 0
) {
  console.error('expected whole numbers, e.g. npm run faults -- --runs 500 --seed 1 --size 10 --at-once 1');
  process.exit(2);
}
quietRuntime();
const plans = directed ? plansOfPoints() : values.alone ? plansOfFaults() : plansOfSeeds();
const backbone = values.cluster ? clusterBackbone : devBackbone;
const reports: BatchReport[] = [];
const live = async (plan: BatchPlan): Promise<void> => {
  const report = await runBatch(plan, backbone, values.cluster ? ' --cluster' : '');
  for (const line of linesOf(report)) console.log(line);
  reports.push(report);
  // After each: what ran is known although the next one is cut short.
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(reports, undefined, 1));
};
await pMap(plans, live, { concurrency: atOnce });
if (values.table) console.log(tableOf(reports));
for (const report of reports)
  for (const one of [...missedOf(report), ...unmetOf(report)])
    console.log(`never came: seed ${report.seed}, ${one}`);
const lived = reports.reduce((sum, report) => sum + report.runs.length, 0);
const failed = reports.filter((report) => problemsOf(report).length > 0).length;
console.log(`${lived} runs, ${failed} batches with a violation`);
process.exit(failed === 0 ? 0 : 1);

function plansOfSeeds(): BatchPlan[] {
  return Array.from({ length: Math.ceil(runs / size) }, (_, index) =>
    planBatch(seed + index, Math.min(size, runs - index * size), values.cluster),
  );
}

function plansOfFaults(): BatchPlan[] {
  return Array.from({ length: Math.ceil(runs / size) }, (_, index) => planAlone(seed + index, size));
}

/** A seed of its own for each, so that one point meets several kinds of workers. */
function plansOfPoints(): BatchPlan[] {
  try {
    return values.point
      .map((point) => pointOf(point, values.cluster))
      .flatMap((target) => Array.from({ length: times }, () => target))
      .map((target, index) => planDirected(seed + index, size, target));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
