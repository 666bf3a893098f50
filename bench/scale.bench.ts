/**
 * Whole deploys of fleets of many sizes in waves of many sizes, on a real server and a real worker: what Greenlane
 * itself costs. Time is the whole deploy without soaks (there are none), without the control plane's own time, and
 * once more without what asking the tenants costs when nothing else is done ("bare"). Per wave it is set against
 * one activity round trip on the same server in the same run (target: at most 1.5 without the asking).
 *
 *     npx tsx bench/scale.bench.ts [tenants,…] [wave sizes,…]     default: 1000,10000 50,500
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Client, Connection } from '@temporalio/client';
import Table from 'cli-table3';
import { startStack, STACK_GATES } from '../src/dev/stack.ts';
import type { DeployResult } from '../src/workflows/status.ts';
import { judge, figure } from './support/figures.ts';
import { readChain, type ChainFacts } from './support/histories.ts';
import { MemoryWatch } from './support/memory.ts';
import { activityRoundTrip } from './support/round-trip.ts';

const CONCURRENCY = 64;
const MOST_EVENTS = 10_240;
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_PAYLOAD = 256 * 1024;
const MOST_MEMORY_MB = 400;

const [sizes = '1000,10000', batches = '50,500'] = process.argv.slice(2);
const rows: Row[] = [];
for (const tenants of numbers(sizes)) {
  for (const batch of numbers(batches)) {
    const row = await measure(tenants, batch);
    rows.push(row);
    process.stderr.write(`${tenants} tenants in waves of ${batch}: ${(row.tookMs / 1000).toFixed(1)} s\n`);
  }
}
print(rows);
judge();

interface Row {
  readonly tenants: number;
  readonly batch: number;
  readonly waves: number;
  /** The whole deploy, what the control plane took of it, and what asking alone takes, ms. */
  readonly tookMs: number;
  readonly controlPlaneMs: number;
  readonly bareMs: number;
  readonly roundTripMs: number;
  readonly chain: ChainFacts;
  readonly memory: { readonly most: number; readonly early: number; readonly late: number };
}

async function measure(tenants: number, batch: number): Promise<Row> {
  const stack = await startStack({
    simulator: { tenants, journalTenantReads: false },
    server: { headless: true },
    fleet: {
      rollout: { canary: 'hongming', batchSize: batch, soak: 0, postTimeout: '60s' },
      verify: { concurrency: CONCURRENCY, settle: '30s', interval: '500ms' },
      supersede: 'newest-ready',
    },
  });
  const client = new Client({ connection: await Connection.connect({ address: stack.address }) });
  try {
    const before = await activityRoundTrip(stack.address);
    const worker = await stack.startWorker();
    const memory = new MemoryWatch(worker.pid);
    const sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, STACK_GATES);
    const workflowId = `deploy/production/${sha}`;
    const result = (await client.workflow.execute('deploy', {
      workflowId,
      taskQueue: 'publish',
      args: [{ fleet: 'production', sha, kind: 'auto', actor: 'bench' }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    })) as DeployResult;
    const used = memory.stop();
    if (result.outcome !== 'deployed') throw new Error(`${result.outcome}: ${result.reason}`);
    await worker.stop(5_000);
    const after = await activityRoundTrip(stack.address);
    const chain = await readChain(client, workflowId);
    const calls = stack.sim.journal.calls('control-plane');
    return {
      tenants,
      batch,
      waves: result.waves,
      controlPlaneMs: calls.reduce((sum, call) => sum + ((call.endAt ?? call.at) - call.at), 0),
      bareMs: await bare(stack.sim.tenants.buildinfoUrl, stack.sim.tenants.fleet.slugs(), batch),
      roundTripMs: (before + after) / 2,
      chain,
      tookMs: chain.tookMs,
      memory: used,
    };
  } finally {
    await client.connection.close();
    await stack.stop();
  }
}

/** The same questions without a deploy around them, ms. */
async function bare(urlTemplate: string, slugs: readonly string[], batch: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/scale/look.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ urlTemplate, slugs, batch, concurrency: CONCURRENCY }));
  return Number(await text(child.stdout));
}

function print(rows: readonly Row[]): void {
  const table = new Table({
    head: [
      'tenants',
      'wave',
      'waves',
      'total s',
      'own ms/wave',
      'bare ms/wave',
      'round trip ms',
      'ratio',
      'without asking',
      'ms/tenant',
      'runs',
      'events',
      'MB',
      'payload kB',
      'worker MB',
      'early to late MB',
    ],
    style: { head: [], border: [] },
  });
  for (const { tenants, batch, waves, tookMs, controlPlaneMs, bareMs, roundTripMs, chain, memory } of rows) {
    const own = tookMs - controlPlaneMs;
    table.push([
      tenants,
      batch,
      waves,
      (tookMs / 1000).toFixed(1),
      (own / waves).toFixed(1),
      (bareMs / waves).toFixed(1),
      roundTripMs.toFixed(1),
      (own / waves / roundTripMs).toFixed(2),
      (Math.max(0, own - bareMs) / waves / roundTripMs).toFixed(2),
      (own / tenants).toFixed(2),
      chain.runs,
      chain.mostEvents,
      (chain.mostBytes / 2 ** 20).toFixed(1),
      (chain.largestPayload / 1024).toFixed(0),
      memory.most.toFixed(0),
      `${memory.early.toFixed(0)} to ${memory.late.toFixed(0)}`,
    ]);
  }
  console.log(table.toString());
  const worst = (of: (row: Row) => number): number => Math.max(...rows.map(of));
  const target = (name: string, value: number, limit: number, unit: string): void =>
    figure(name, `${value.toFixed(unit === '' ? 2 : 0)}${unit}`, {
      text: `at most ${limit.toFixed(unit === '' ? 1 : 0)}${unit}`,
      reached: value <= limit,
    });
  target(
    'per wave without asking, of a round trip (worst)',
    worst((row) => Math.max(0, row.tookMs - row.controlPlaneMs - row.bareMs) / row.waves / row.roundTripMs),
    1.5,
    '',
  );
  target(
    'events of the longest history',
    worst(({ chain }) => chain.mostEvents),
    MOST_EVENTS,
    ' events',
  );
  target(
    'largest history',
    worst(({ chain }) => chain.mostBytes / 1024),
    MOST_BYTES / 1024,
    ' kB',
  );
  target(
    'largest payload',
    worst(({ chain }) => chain.largestPayload / 1024),
    MOST_PAYLOAD / 1024,
    ' kB',
  );
  target(
    'most memory of the worker',
    worst(({ memory }) => memory.most),
    MOST_MEMORY_MB,
    ' MB',
  );
}

function numbers(list: string): number[] {
  return list.split(',').map(Number);
}
