// node --expose-gc weigh.mjs BUNDLE [shared|alone]: what each workflow of this bundle takes of a worker, as JSON:
// `kb` that stay, `ms` of CPU until it is loaded; `alone`: with nothing of src/workflows/shared.ts loaded before. The
// worker's own way to make a workflow, without a server.
import { readFileSync } from 'node:fs';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';

const WORKFLOWS = 50;
const [file = '', how = 'shared'] = process.argv.slice(2);
const collect = globalThis.gc;
if (collect === undefined) throw new Error('start it with node --expose-gc');
const bundle = parseWorkflowCode(readFileSync(file, 'utf8'), file);
if (how === 'alone') bundle.code += '\n__TEMPORAL__.preloadModules = undefined;';
const creator = await ReusableVMWorkflowCreator.create(bundle, 60_000, new Set());

/** @param {number} n */
const make = async (n) => {
  const id = `workflow-${n}`;
  const info = {
    ...{ workflowId: id, runId: id, firstExecutionRunId: id, workflowType: 'deploy', namespace: 'default' },
    ...{
      taskQueue: 'publish',
      attempt: 1,
      memo: {},
      searchAttributes: {},
      historyLength: 3,
      historySize: 1_000,
    },
    ...{ continueAsNewSuggested: false, startTime: new Date(), runStartTime: new Date() },
    unsafe: { isReplaying: false, now: Date.now },
  };
  return creator.createWorkflow(
    /** @type {any} */ ({ info, randomnessSeed: [1, 2, 3], now: Date.now(), showStackTraceSources: false }),
  );
};
const heap = () => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

const kept = [];
for (let n = 0; n < 10; n += 1) kept.push(await make(n));
const before = heap();
const began = process.cpuUsage();
for (let n = 0; n < WORKFLOWS; n += 1) kept.push(await make(kept.length));
const { user, system } = process.cpuUsage(began);
const kb = (heap() - before) / WORKFLOWS / 1024;
const ms = (user + system) / 1000 / WORKFLOWS;
process.stdout.write(`${JSON.stringify({ kb, ms, kept: kept.length })}\n`);
process.exit(0);
