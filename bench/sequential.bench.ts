/**
 * The way it is done today against Greenlane, on the same simulator in the same run: a script with one call per wave
 * and one curl per tenant, and a whole deploy without soaks. Every tenant answers in 20 ms (target: Greenlane is at
 * least 8 times faster). In turns, so that what else runs on the machine meets both alike.
 *
 *     npx tsx bench/sequential.bench.ts [tenants] [wave] [rounds]     default: 1000 50 2
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { startStack, STACK_GATES, type Stack } from '../src/dev/stack.ts';
import type { DeployResult } from '../src/workflows/status.ts';
import { figure, judge } from './support/figures.ts';
import { median } from './support/round-trip.ts';

const ANSWER_MS = 20;
const AT_LEAST = 8;

const [tenants = 1_000, batch = 50, rounds = 2] = process.argv.slice(2).map(Number);
const script = fileURLToPath(new URL('sequential/deploy.sh', import.meta.url));

const stack = await startStack({
  simulator: { tenants, answerMs: ANSWER_MS, journalTenantReads: false },
  server: { headless: true },
  fleet: {
    rollout: { canary: 'hongming', batchSize: batch, soak: 0, postTimeout: '60s' },
    verify: { concurrency: 64, settle: '30s', interval: '500ms' },
  },
});
const client = new Client({ connection: await Connection.connect({ address: stack.address }) });
try {
  await stack.startWorker();
  const [theirs, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await byScript(stack));
    ours.push(await byGreenlane(stack));
  }
  const [slow, fast] = [median(theirs), median(ours)];
  console.log(
    `${tenants} tenants in waves of ${batch}, each answers in ${ANSWER_MS} ms; median of ${rounds} rounds`,
  );
  figure('the script', `${(slow / 1000).toFixed(1)} s`);
  figure('greenlane, from its start to its end', `${(fast / 1000).toFixed(1)} s`);
  figure('faster by', (slow / fast).toFixed(1), {
    text: `at least ${AT_LEAST}`,
    reached: slow / fast >= AT_LEAST,
  });
} finally {
  await client.connection.close();
  await stack.stop();
}
judge();

/** Runs the script for a new commit, ms. */
async function byScript({ sim }: Stack): Promise<number> {
  const sha = sim.forge.push();
  const began = performance.now();
  const { stdout } = await promisify(execFile)('bash', [script], {
    env: {
      PATH: process.env['PATH'],
      CP_URL: sim.controlPlane.url,
      CP_ADMIN_API_TOKEN: sim.tokens.controlPlane,
      BUILDINFO_URL: sim.tenants.buildinfoUrl,
      TAG: `staging-${sha.slice(0, 7)}`,
      SHA: sha,
      BATCH: String(batch),
    },
  });
  if (Number(stdout) !== tenants) throw new Error(`the script took ${stdout.trim()} of ${tenants} tenants`);
  return performance.now() - began;
}

/** Deploys a new commit, ms from the workflow's start to its result. */
async function byGreenlane({ sim }: Stack): Promise<number> {
  const sha = sim.forge.push();
  sim.forge.setGreen(sha, STACK_GATES);
  const began = performance.now();
  const result = (await client.workflow.execute('deploy', {
    workflowId: `deploy/production/${sha}`,
    taskQueue: 'publish',
    args: [{ fleet: 'production', sha, kind: 'auto', actor: 'bench' }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
  })) as DeployResult;
  if (result.outcome !== 'deployed') throw new Error(`${result.outcome}: ${result.reason}`);
  return performance.now() - began;
}
