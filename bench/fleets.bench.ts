/**
 * Many fleets that deploy at the same moment, on one worker and on three: time until all are deployed, in deploys per
 * minute, beside one deploy alone in the same run; memory of the workers.
 *
 *     npx tsx bench/fleets.bench.ts [fleets] [tenants] [wave] [workers,…]     default: 100 20 5 1,3
 */
import { Client, Connection } from '@temporalio/client';
import { STACK_GATES } from '../src/dev/stack.ts';
import type { DeployResult } from '../src/workflows/status.ts';
import { figure, highest, judge, percentile } from './support/figures.ts';
import { startManyFleets, startOf, type ManyFleets } from './support/many-fleets.ts';
import { MemoryWatch } from './support/memory.ts';

const MOST_MEMORY_MB = 400;
const [fleets = '100', tenants = '20', batch = '5', crews = '1,3'] = process.argv.slice(2);

const world = await startManyFleets({
  fleets: Number(fleets),
  tenants: Number(tenants),
  batch: Number(batch),
});
const client = new Client({ connection: await Connection.connect({ address: world.server.address }) });
try {
  for (const workers of crews.split(',').map(Number)) {
    const crew = [];
    for (let count = 0; count < workers; count += 1) crew.push(await world.startWorker());
    const alone = await deploy(world.fleets.slice(0, 1));
    const memory = crew.map(({ pid }) => new MemoryWatch(pid));
    const all = await deploy(world.fleets);
    const used = memory.map((watch) => watch.stop().most);
    const lead = `${fleets} fleets on ${workers} worker${workers === 1 ? '' : 's'}`;
    figure(`${lead}: all deployed after`, `${(all.tookMs / 1000).toFixed(1)} s`);
    figure(`${lead}: deploys per minute`, ((Number(fleets) / all.tookMs) * 60_000).toFixed(0));
    const slower = all.tookMs / alone.tookMs;
    figure(`${lead}: of one deploy alone`, `${slower.toFixed(1)} for ${fleets} times the work`);
    figure(`${lead}: median deploy`, `${(percentile(all.each, 0.5) / 1000).toFixed(1)} s`);
    figure(`${lead}: most memory of a worker`, `${highest(used).toFixed(0)} MB`, {
      text: `at most ${MOST_MEMORY_MB} MB`,
      reached: highest(used) <= MOST_MEMORY_MB,
    });
    await world.stopWorkers();
  }
} finally {
  await client.connection.close();
  await world.stop();
}
judge();

/** Deploys a new commit of every fleet at once, ms. */
async function deploy(some: ManyFleets['fleets']): Promise<{ tookMs: number; each: number[] }> {
  const began = performance.now();
  const each = await Promise.all(
    some.map(async ({ name, sim }) => {
      const sha = sim.forge.push();
      sim.forge.setGreen(sha, STACK_GATES);
      const start = performance.now();
      const result = (await client.workflow.execute('deploy', startOf(name, sha))) as DeployResult;
      if (result.outcome !== 'deployed') throw new Error(`${name}: ${result.outcome}: ${result.reason}`);
      return performance.now() - start;
    }),
  );
  return { tookMs: performance.now() - began, each };
}
