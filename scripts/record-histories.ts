/**
 * Records the histories that `test/replay` replays, by living through every scenario on the simulator; about half a
 * minute. `npx tsx scripts/record-histories.ts [names…]`
 *
 * Record again after a change of the workflows that old runs need not survive; a change they must survive is
 * replayed against the recordings as they are.
 */
import pMap from 'p-map';
import { deployScenarios } from '../test/replay/deploys.ts';
import { lockScenarios } from '../test/replay/locks.ts';
import { runsOf, write } from '../test/replay/recording.ts';
import type { Scenario } from '../test/replay/scenario.ts';
import { startLane, type Lane, type World } from '../test/support/worker.ts';

/** A history of a deploy of seven tenants in three waves has about 80 events. */
const shortRuns = { 'limit.historyCount.suggestContinueAsNew': 60 };

async function record(lane: Lane, scenario: Scenario): Promise<void> {
  let world: World | undefined;
  const watched: Lane = {
    ...lane,
    world: async (options) => (world = await lane.world(options)),
  };
  const outcomes = await scenario.live(watched);
  if (world === undefined) throw new Error(`${scenario.name} has no fleet`);
  const { client } = lane.environment;
  const ids = new Set<string>([`fleet-lock/${world.name}`]);
  // Visibility lags behind: the list is complete when every deploy that ended is in it, closed.
  for (let tries = 0; ; tries += 1) {
    let closed = 0;
    for await (const { workflowId, type, status } of client.workflow.list()) {
      if (type !== 'deploy' || workflowId.split('/')[1] !== world.name) continue;
      ids.add(workflowId);
      if (status.name === 'COMPLETED' || status.name === 'TERMINATED') closed += 1;
    }
    if (closed >= outcomes.length) break;
    if (tries > 100)
      throw new Error(`${scenario.name}: only ${closed} of ${outcomes.length} deploys are listed`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const runs = (await pMap([...ids].sort(), (id) => runsOf(client, id), { concurrency: 1 })).flat();
  const bytes = write({ name: scenario.name, outcomes: [...outcomes], runs });
  const events = runs.reduce((sum, run) => sum + run.events, 0);
  console.log(
    `${scenario.name}: ${outcomes.join(', ')}; ${runs.length} runs, ${events} events, ${(bytes / 1024).toFixed(1)} KB`,
  );
}

async function recordAll(scenarios: readonly Scenario[], lane: Lane): Promise<void> {
  try {
    await pMap(scenarios, (scenario) => record(lane, scenario), { concurrency: 4 });
  } finally {
    await lane.stop();
  }
}

const wanted = process.argv.slice(2);
const all = [...deployScenarios, ...lockScenarios].filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
const [long, short] = [
  all.filter((one) => one.shortRuns !== true),
  all.filter((one) => one.shortRuns === true),
];
if (long.length > 0) await recordAll(long, await startLane());
if (short.length > 0) await recordAll(short, await startLane({ server: { dynamicConfig: shortRuns } }));
process.exit(0);
