/**
 * A thousand deploys that wait for their gates at once: they must hold no activity slot, so another fleet's deploy
 * takes as long as without them; no history may grow while they wait; and the worker's memory stays flat.
 *
 *     npx tsx bench/waiting.bench.ts [deploys] [seconds of waiting] [poll ms]     default: 1000 60 15000
 */
import { Client, Connection } from '@temporalio/client';
import { STACK_GATES } from '../src/dev/stack.ts';
import type { DeployResult } from '../src/workflows/status.ts';
import { figure, highest, judge, percentile } from './support/figures.ts';
import { startManyFleets, startOf } from './support/many-fleets.ts';
import { MemoryWatch } from './support/memory.ts';

/** `PendingActivityState` of Temporal's API: a worker is at it. */
const STARTED = 2;
/** Half of what a worker may take in install/kubernetes. */
const MOST_MEMORY_MB = 512;

const [deploys = 1_000, seconds = 60, pollMs = 15_000] = process.argv.slice(2).map(Number);
const world = await startManyFleets({ fleets: 2, tenants: 20, batch: 5, pollMs });
const [waiting, other] = world.fleets as [(typeof world.fleets)[0], (typeof world.fleets)[0]];
const client = new Client({ connection: await Connection.connect({ address: world.server.address }) });
try {
  const worker = await world.startWorker();
  await deployOther();
  const alone = await deployOther();
  const ids: string[] = [];
  const began = performance.now();
  for (let count = 0; count < deploys; count += 1) {
    const start = startOf(waiting.name, waiting.sim.forge.push());
    ids.push(start.workflowId);
    await client.workflow.start('deploy', start);
  }
  figure(`${deploys} deploys started in`, `${((performance.now() - began) / 1000).toFixed(1)} s`);
  const atGates = await settled(ids);
  const memory = new MemoryWatch(worker.pid);
  const beside: number[] = [];
  const until = Date.now() + seconds * 1_000;
  while (Date.now() < until) {
    beside.push(await deployOther());
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  const used = memory.stop();
  const after = await lengths(ids);
  const grown = after.map((length, index) => length - (atGates[index] ?? 0));
  figure('events of a deploy that waits', `${percentile(after, 0.5)} (most ${highest(after)})`);
  figure(`events added by ${seconds} s of waiting`, `${highest(grown)}`, {
    text: 'none',
    reached: highest(grown) === 0,
  });
  const running = await inSlots(ids);
  figure('of them in an activity slot at one moment', `${running}`);
  figure('another fleet’s deploy alone', `${(alone / 1000).toFixed(2)} s`);
  const median = percentile(beside, 0.5);
  figure('beside them (median)', `${(median / 1000).toFixed(2)} s, ratio ${(median / alone).toFixed(2)}`);
  figure('memory of the worker, early and late', `${used.early.toFixed(0)}, ${used.late.toFixed(0)} MB`);
  figure('most memory of the worker', `${used.most.toFixed(0)} MB`, {
    text: `at most ${MOST_MEMORY_MB} MB`,
    reached: used.most <= MOST_MEMORY_MB,
  });
} finally {
  await client.connection.close();
  await world.stop();
}
judge();

/** Deploys a new commit of the other fleet, ms. */
async function deployOther(): Promise<number> {
  const sha = other.sim.forge.push();
  other.sim.forge.setGreen(sha, STACK_GATES);
  const began = performance.now();
  const result = (await client.workflow.execute('deploy', startOf(other.name, sha))) as DeployResult;
  if (result.outcome !== 'deployed') throw new Error(`${result.outcome}: ${result.reason}`);
  return performance.now() - began;
}

/** Waits until no history grew for a whole poll; returns their lengths. */
async function settled(ids: readonly string[]): Promise<number[]> {
  for (let before = await lengths(ids); ;) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, 5_000)));
    const now = await lengths(ids);
    if (now.every((length, index) => length === before[index])) return now;
    before = now;
  }
}

async function lengths(ids: readonly string[]): Promise<number[]> {
  return inTens(ids, async (id) => (await client.workflow.getHandle(id).describe()).historyLength);
}

/** How many of the deploys have an activity that a worker is at right now. */
async function inSlots(ids: readonly string[]): Promise<number> {
  const states = await inTens(ids, async (id) => {
    const { raw } = await client.workflow.getHandle(id).describe();
    return (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === STARTED).length;
  });
  return states.reduce((sum, one) => sum + one, 0);
}

async function inTens<T>(ids: readonly string[], ask: (id: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let at = 0; at < ids.length; at += 10)
    answers.push(...(await Promise.all(ids.slice(at, at + 10).map(ask))));
  return answers;
}
