/**
 * Whole deploys of fleets of many sizes in waves of many sizes, on a real server and a real worker: what Greenlane
 * itself costs. `waves` is from the first wave to the end of the last, per wave, without the control plane's own time
 * (there are no soaks); `bare` is what asking the same tenants costs when nothing else is done. What is left of a wave
 * is set against one activity round trip on the same server in the same run (target: at most 1.5). `around` is the
 * rest of the deploy (gates, queue, survey, verification) without its own asking, once per deploy.
 *
 *     npx tsx bench/scale.bench.ts [tenants,…] [wave sizes,…] [--cluster]     default: 1000,10000 50,500
 *
 * `--cluster`: on a Temporal server with PostgreSQL instead of the dev server.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import Table from 'cli-table3';
import { startCluster, type Cluster } from '../src/dev/cluster/index.ts';
import { startStack, STACK_GATES } from '../src/dev/stack.ts';
import type { DeployResult } from '../src/workflows/status.ts';
import { figure, highest, judge } from './support/figures.ts';
import { readChain, type ChainFacts } from './support/histories.ts';
import { MemoryWatch } from './support/memory.ts';
import { median, startRoundTrips, type RoundTrips } from './support/round-trip.ts';

const CONCURRENCY = 64;
/** Round trips before a deploy and after it. */
const AROUND = 30;

const args = process.argv.slice(2);
const [sizes = '1000,10000', batches = '50,500'] = args.filter((arg) => !arg.startsWith('--'));
const rows: Row[] = [];
for (const tenants of numbers(sizes)) {
  for (const batch of numbers(batches)) {
    const cluster = args.includes('--cluster') ? await startCluster() : undefined;
    const row = await measure(tenants, batch, cluster).finally(async () => cluster?.stop());
    rows.push(row);
    process.stderr.write(
      `${tenants} tenants in waves of ${batch}: ${(row.chain.tookMs / 1000).toFixed(1)} s\n`,
    );
  }
}
print(rows);
judge();

interface Row {
  readonly tenants: number;
  readonly batch: number;
  readonly waves: number;
  readonly controlPlaneMs: number;
  /** Asking alone: in the waves, and with the survey and the verification as well. */
  readonly bare: { readonly waves: number; readonly all: number };
  readonly roundTripMs: number;
  readonly chain: ChainFacts;
  readonly memory: { readonly most: number; readonly early: number; readonly late: number };
}

async function measure(tenants: number, batch: number, cluster: Cluster | undefined): Promise<Row> {
  const stack = await startStack({
    simulator: { tenants, journalTenantReads: false },
    ...(cluster === undefined ? { server: { headless: true } } : { address: cluster.address }),
    fleet: {
      rollout: { canary: 'hongming', batchSize: batch, soak: 0, postTimeout: '60s' },
      verify: { concurrency: CONCURRENCY, settle: '30s', interval: '500ms' },
      supersede: 'newest-ready',
    },
  });
  const client = new Client({ connection: await Connection.connect({ address: stack.address }) });
  try {
    const trips = await startRoundTrips(stack.address);
    const took = await trips.take(AROUND);
    const worker = await stack.startWorker();
    const memory = new MemoryWatch(worker.pid);
    const sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, STACK_GATES);
    const workflowId = `deploy/production/${sha}`;
    const beside = takeBeside(trips);
    const result = (await client.workflow.execute('deploy', {
      workflowId,
      taskQueue: 'publish',
      args: [{ fleet: 'production', sha, kind: 'auto', actor: 'bench' }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    })) as DeployResult;
    const used = memory.stop();
    if (result.outcome !== 'deployed') throw new Error(`${result.outcome}: ${result.reason}`);
    took.push(...(await beside.stop()));
    await worker.stop(5_000);
    took.push(...(await trips.take(AROUND)));
    await trips.close();
    const chain = await readChain(client, workflowId);
    const calls = stack.sim.journal.calls('control-plane', { dryRun: false });
    return {
      tenants,
      batch,
      waves: result.waves,
      controlPlaneMs: calls.reduce((sum, call) => sum + ((call.endAt ?? call.at) - call.at), 0),
      bare: await bare(stack.sim.tenants.buildinfoUrl, stack.sim.tenants.fleet.slugs(), batch),
      roundTripMs: median(took),
      chain,
      memory: used,
    };
  } finally {
    await client.connection.close();
    await stack.stop();
  }
}

/** Takes a round trip now and then while a deploy runs: what else the machine does meets both alike. */
function takeBeside(trips: RoundTrips): { stop(): Promise<number[]> } {
  const took: number[] = [];
  const stopping = new AbortController();
  const taking = (async () => {
    while (!stopping.signal.aborted) {
      took.push(...(await trips.take(2)));
      await setTimeout(5_000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await taking;
      return took;
    },
  };
}

/** The same questions without a deploy around them. */
async function bare(urlTemplate: string, slugs: readonly string[], batch: number): Promise<Row['bare']> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/scale/look.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ urlTemplate, slugs, batch, concurrency: CONCURRENCY }));
  return JSON.parse(await text(child.stdout)) as Row['bare'];
}

function print(rows: readonly Row[]): void {
  const head = [
    'tenants',
    'wave',
    'waves',
    'total s',
    'ms/wave',
    'bare ms/wave',
    'round trip ms',
    'ratio',
    'around s',
  ];
  const limits = ['ms/tenant', 'runs', 'events', 'MB', 'payload kB', 'worker MB', 'early, late MB'];
  const table = new Table({ head: [...head, ...limits], style: { head: [], border: [] } });
  for (const row of rows) {
    const { tenants, batch, waves, controlPlaneMs, bare, roundTripMs, chain, memory } = row;
    table.push([
      tenants,
      batch,
      waves,
      (chain.tookMs / 1000).toFixed(1),
      ((chain.wavesMs - controlPlaneMs) / waves).toFixed(1),
      (bare.waves / waves).toFixed(1),
      roundTripMs.toFixed(1),
      ratio(row).toFixed(2),
      (Math.max(0, chain.tookMs - chain.wavesMs - (bare.all - bare.waves)) / 1000).toFixed(1),
      ((chain.tookMs - controlPlaneMs) / tenants).toFixed(2),
      chain.runs,
      chain.mostEvents,
      (chain.mostBytes / 2 ** 20).toFixed(2),
      (chain.largestPayload / 1024).toFixed(0),
      memory.most.toFixed(0),
      `${memory.early.toFixed(0)}, ${memory.late.toFixed(0)}`,
    ]);
  }
  console.log(table.toString());
  target('a wave without its asking, of a round trip', rows.map(ratio), 1.5, '');
  target(
    'events of the longest history',
    rows.map(({ chain }) => chain.mostEvents),
    10_240,
    ' events',
  );
  target(
    'largest history',
    rows.map(({ chain }) => chain.mostBytes / 1024),
    10_240,
    ' kB',
  );
  target(
    'largest payload',
    rows.map(({ chain }) => chain.largestPayload / 1024),
    256,
    ' kB',
  );
  target(
    'most memory of the worker',
    rows.map(({ memory }) => memory.most),
    400,
    ' MB',
  );
}

/** What a wave costs beside the control plane and the tenants, of one activity round trip. */
function ratio({ chain, controlPlaneMs, bare, waves, roundTripMs }: Row): number {
  return Math.max(0, chain.wavesMs - controlPlaneMs - bare.waves) / waves / roundTripMs;
}

/** Prints the worst of the values beside its limit. */
function target(name: string, values: readonly number[], limit: number, unit: string): void {
  const worst = highest(values);
  const digits = unit === '' ? 2 : 0;
  const text = `at most ${limit}${unit}`;
  figure(`${name} (worst)`, `${worst.toFixed(digits)}${unit}`, { text, reached: worst <= limit });
}

function numbers(list: string): number[] {
  return list.split(',').map(Number);
}
