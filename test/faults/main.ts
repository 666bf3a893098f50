/**
 * Deploys on the simulator while things are broken, seeded and replayable; every violation of an invariant is
 * printed with the command that does the same again.
 * `npm run faults -- --runs 500 --seed 1 [--size 10] [--cluster] [--json F]`; `--size`: runs beside each other, a batch.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clusterBackbone, devBackbone } from './backbone.ts';
import { linesOf, problemsOf, runBatch, type BatchReport } from './harness.ts';
import { planBatch } from './plan.ts';
import { quietRuntime } from '../support/temporal.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string', default: '10' },
    cluster: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const [runs, seed, size] = [values.runs, values.seed, values.size].map(Number) as [number, number, number];
if (![runs, seed, size].every(Number.isInteger) || runs < 1 || seed < 0 || size < 1) {
  console.error(
    '--runs, --seed and --size: expected whole numbers, e.g. npm run faults -- --runs 500 --seed 1 --size 10',
  );
  process.exit(2);
}
quietRuntime();
const reports: BatchReport[] = [];
for (let done = 0; done < runs; done += size) {
  const plan = planBatch(seed + done / size, Math.min(size, runs - done), values.cluster);
  const report = await runBatch(
    plan,
    values.cluster ? clusterBackbone : devBackbone,
    values.cluster ? ' --cluster' : '',
  );
  reports.push(report);
  for (const line of linesOf(report)) console.log(line);
}
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(reports, undefined, 1));
const failed = reports.filter((report) => problemsOf(report).length > 0).length;
console.log(`${runs} runs, ${failed} batches with a violation`);
process.exit(failed === 0 ? 0 : 1);
