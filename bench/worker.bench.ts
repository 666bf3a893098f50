/**
 * Start of a worker with the prebuilt workflow bundle: from the process's start until it polls its lane (target: under
 * 1.5 s), beside `node -e 0` in the same run; and what it costs without the prebuilt bundle, bundled at its start.
 *
 *     npx tsx bench/worker.bench.ts [rounds]     default: 5
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { startStack } from '../src/dev/stack.ts';
import { figure, judge } from './support/figures.ts';
import { median } from './support/round-trip.ts';

const AT_MOST_MS = 1_500;
const [rounds = 5] = process.argv.slice(2).map(Number);

const stack = await startStack({ simulator: { tenants: 3 }, server: { headless: true } });
const [starts, floors]: [number[], number[]] = [[], []];
try {
  for (let round = 0; round < rounds; round += 1) {
    let began = performance.now();
    await promisify(execFile)(process.execPath, ['-e', '0'], { env: { PATH: process.env['PATH'] } });
    floors.push(performance.now() - began);
    began = performance.now();
    const worker = await stack.startWorker();
    starts.push(performance.now() - began);
    await worker.stop(10_000);
  }
} finally {
  await stack.stop();
}
const began = performance.now();
await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../src/workflows/index.ts', import.meta.url)),
  logger: new DefaultLogger('ERROR'),
});
const bundling = performance.now() - began;
const [start, floor] = [median(starts), median(floors)];
figure('worker start until it polls', `${start.toFixed(0)} ms`, {
  text: `under ${AT_MOST_MS} ms`,
  reached: start < AT_MOST_MS,
});
figure('of node -e 0', (start / floor).toFixed(1));
figure('bundling at the start would add', `${bundling.toFixed(0)} ms`);
judge();
