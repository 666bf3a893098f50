/**
 * What one Temporal cluster needs for a thousand fleets: first it measures what a deploy costs on this machine (two
 * fleets of different sizes, a server with its database in a file), then it simulates a working day of all fleets
 * second by second, and at last it checks itself: twenty fleets that deploy at once, predicted and measured.
 *
 *     npx tsx bench/capacity.bench.ts [fleets] [deploys per fleet and day]     default: 1000 8
 */
import { readFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { STACK_GATES } from '../src/dev/stack.ts';
import { seededRandom } from '../src/simulator/random.ts';
import type { DeployResult } from '../src/workflows/status.ts';
import { costOf, lineThrough, simulateDay, type Cost, type Costs } from './capacity/model.ts';
import { figure } from './support/figures.ts';
import { readChain, type ChainFacts } from './support/histories.ts';
import { startManyFleets, startOf, type ManyFleets } from './support/many-fleets.ts';

/** Deploys per size that the costs are a mean of. */
const ROUNDS = 8;
const CROWD = 20;
const SLOTS_PER_WORKER = 400;
/** Share of a core or of the slots that a worker is planned for. */
const FILL = 0.5;
const DAYS = 21;

const [fleets = 1_000, deploysPerDay = 8] = process.argv.slice(2).map(Number);
const company = {
  ...{ fleets, deploysPerDay, workingHours: 10, waves: 11 },
  ...{ waveMs: 90_000, soakMs: 60_000, gatesMs: 20 * 60_000, pollMs: 15_000 },
};

interface Measured {
  readonly waves: number;
  readonly actions: number;
  readonly historyBytes: number;
  readonly databaseBytes: number;
  readonly workerMs: number;
  readonly serverMs: number;
}

const [small, large] = [await measure(1, 10, ROUNDS), await measure(1, 100, ROUNDS)];
const line = (of: (one: Measured) => number): Cost =>
  lineThrough({ waves: small.waves, cost: of(small) }, { waves: large.waves, cost: of(large) });
const costs: Costs = {
  actions: line((one) => one.actions),
  historyBytes: line((one) => one.historyBytes),
  databaseBytes: line((one) => one.databaseBytes),
  workerMs: line((one) => one.workerMs),
  serverMs: line((one) => one.serverMs),
};
console.log('What a deploy costs, measured here');
for (const [name, { perDeploy, perWave }] of Object.entries(costs) as [string, Cost][])
  figure(`  ${name}`, `${perDeploy.toFixed(1)} and ${perWave.toFixed(1)} per wave`);

const load = simulateDay(company, costs, seededRandom(1));
const cpu = (cost: Cost): number =>
  (costOf(cost, company.waves) * load.deploys) / (company.workingHours * 3_600_000);
const bySlots = load.slots.most / (SLOTS_PER_WORKER * FILL);
const byCpu = cpu(costs.workerMs) / FILL;
console.log(
  `\n${fleets} fleets, ${deploysPerDay} deploys a day each, ${company.waves} waves with a minute of soak, gates of 20 minutes`,
);
figure('  deploys a day', `${load.deploys}`);
figure(
  '  actions per second',
  `${load.actions.mean.toFixed(0)}, p99 ${load.actions.p99.toFixed(0)}, most ${load.actions.most.toFixed(0)}`,
);
figure('  open deploys', `p99 ${load.open.p99}, most ${load.open.most}`);
figure('  activity slots', `p99 ${load.slots.p99}, most ${load.slots.most}`);
figure('  history per deploy', `${(costOf(costs.historyBytes, company.waves) / 1024).toFixed(0)} kB`);
figure(
  '  database, growth per month',
  `${((costOf(costs.databaseBytes, company.waves) * load.deploys * DAYS) / 1024 ** 3).toFixed(1)} GB`,
);
figure(
  '  cores for workers, for the server',
  `${cpu(costs.workerMs).toFixed(2)}, ${cpu(costs.serverMs).toFixed(2)}`,
);
figure(
  '  workers, half full',
  `${Math.max(2, Math.ceil(Math.max(bySlots, byCpu)))} (slots ask for ${bySlots.toFixed(1)}, CPU for ${byCpu.toFixed(1)}; two at least)`,
);

const crowd = await measure(CROWD, 50, 1);
console.log(`\nThe check: ${CROWD} fleets that deploy at once`);
for (const name of ['actions', 'historyBytes', 'workerMs'] as const) {
  const predicted = costOf(costs[name], crowd.waves);
  figure(
    `  ${name} per deploy`,
    `${predicted.toFixed(0)} predicted, ${crowd[name].toFixed(0)} measured, ratio ${(crowd[name] / predicted).toFixed(2)}`,
  );
}

/** Deploys `rounds` times to each of the fleets at once; what one deploy cost on average. */
async function measure(count: number, tenants: number, rounds: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-capacity-'));
  const dbFilename = join(directory, 'temporal.db');
  const world = await startManyFleets({ fleets: count, tenants, batch: 5, server: { dbFilename } });
  const client = new Client({ connection: await Connection.connect({ address: world.server.address }) });
  try {
    const worker = await world.startWorker();
    // The first deploys make the locks and warm everything up.
    await deployAll(client, world);
    const database = (): number =>
      ['', '-wal'].reduce(
        (sum, end) => sum + (statSync(dbFilename + end, { throwIfNoEntry: false })?.size ?? 0),
        0,
      );
    const before = { database: database(), worker: cpuOf(worker.pid), server: cpuOf(world.server.pid) };
    const done = [];
    for (let round = 0; round < rounds; round += 1) done.push(...(await deployAll(client, world)));
    const each = (all: number): number => all / done.length;
    const workerMs = each(cpuOf(worker.pid) - before.worker);
    const serverMs = each(cpuOf(world.server.pid) - before.server);
    const databaseBytes = each(database() - before.database);
    const chains: ChainFacts[] = [];
    for (const { workflowId } of done) chains.push(await readChain(client, workflowId));
    let lockBytes = 0;
    let lockActions = 0;
    for (const { name } of world.fleets) {
      const lock = await readChain(client, `fleet-lock/${name}`);
      // The lock's history has the warm-up in it as well.
      const share = rounds / (rounds + 1);
      lockBytes += lock.bytes * share;
      lockActions += lock.actions * share;
    }
    const sum = (of: (chain: (typeof chains)[number]) => number): number =>
      chains.reduce((all, chain) => all + of(chain), 0);
    return {
      waves: each(done.reduce((all, one) => all + one.waves, 0)),
      actions: each(sum((chain) => chain.actions) + lockActions),
      historyBytes: each(sum((chain) => chain.bytes) + lockBytes),
      ...{ databaseBytes, workerMs, serverMs },
    };
  } finally {
    await client.connection.close();
    await world.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function deployAll(
  client: Client,
  { fleets }: ManyFleets,
): Promise<{ workflowId: string; waves: number }[]> {
  return Promise.all(
    fleets.map(async ({ name, sim }) => {
      const sha = sim.forge.push();
      sim.forge.setGreen(sha, STACK_GATES);
      const start = startOf(name, sha);
      const result = (await client.workflow.execute('deploy', start)) as DeployResult;
      if (result.outcome !== 'deployed') throw new Error(`${name}: ${result.outcome}: ${result.reason}`);
      return { workflowId: start.workflowId, waves: result.waves };
    }),
  );
}

/** CPU time of a process so far, ms. Linux: fields 14 and 15 of `/proc/PID/stat`, in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
