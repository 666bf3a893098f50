/**
 * Deploys on the simulator while things are broken, seeded and replayable; every violation of an invariant is
 * printed with the command that does the same again. `npm run faults -- --runs 500 --seed 1 [--cluster] [--json F]`
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clusterBackbone, devBackbone } from './backbone.ts';
import { linesOf, runBatch, type BatchReport } from './harness.ts';
import { planBatch } from './plan.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    cluster: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed) || seed < 0) {
  console.error('--runs and --seed: expected whole numbers, e.g. npm run faults -- --runs 500 --seed 1');
  process.exit(2);
}
const size = 10;
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
const failed = reports.flatMap((report) => report.runs).filter((run) => run.violations.length > 0).length;
console.log(`${runs} runs, ${failed} with a violation`);
process.exit(failed === 0 ? 0 : 1);
