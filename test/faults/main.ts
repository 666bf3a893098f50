/**
 * Deploys on the simulator while things are broken, seeded and replayable; every violation of an invariant is
 * printed with the command that does the same again.
 * `npm run faults -- --runs 500 --seed 1 [--size 10] [--at-once 1] [--cluster] [--json F]`; `--size`: runs that share a
 * server and a lane, a batch; `--at-once`: batches beside each other.
 * `npm run faults -- --call 10`: SIGTERM of the worker during a call of ten minutes.
 * `--table`: prints what struck where, and what was lost, as docs/reliability.md has it; of runs that were logged by
 * `--json` before: `npm run faults -- --table F …`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pMap from 'p-map';
import { clusterBackbone, devBackbone } from './backbone.ts';
import { linesOf, problemsOf, runBatch, type BatchReport } from './harness.ts';
import { longCall } from './long-call.ts';
import { planBatch } from './plan.ts';
import { tableOf } from './table.ts';
import { quietRuntime } from '../support/temporal.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string', default: '10' },
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
const counts = [values.runs, values.seed, values.size, values['at-once']].map(Number);
const [runs, seed, size, atOnce] = counts as [number, number, number, number];
if (!counts.every(Number.isInteger) || runs < 1 || seed < 0 || size < 1 || atOnce < 1) {
  console.error('expected whole numbers, e.g. npm run faults -- --runs 500 --seed 1 --size 10 --at-once 1');
  process.exit(2);
}
quietRuntime();
const plans = Array.from({ length: Math.ceil(runs / size) }, (_, index) =>
  planBatch(seed + index, Math.min(size, runs - index * size), values.cluster),
);
const backbone = values.cluster ? clusterBackbone : devBackbone;
const reports = await pMap(
  plans,
  async (plan) => {
    const report = await runBatch(plan, backbone, values.cluster ? ' --cluster' : '');
    for (const line of linesOf(report)) console.log(line);
    return report;
  },
  { concurrency: atOnce },
);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(reports, undefined, 1));
if (values.table) console.log(tableOf(reports));
const failed = reports.filter((report) => problemsOf(report).length > 0).length;
console.log(`${runs} runs, ${failed} batches with a violation`);
process.exit(failed === 0 ? 0 : 1);
