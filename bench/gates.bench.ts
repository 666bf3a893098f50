/**
 * Reading the gates of a commit with 500 status rows from Gitea, against the bare requests it takes; and what an hour
 * of waiting for gates costs, on a server that skips time. `npm run bench -- gates`
 */
import { request } from 'undici';
import { createForge } from '../src/forge/index.ts';
import { startSimulator } from '../src/simulator/index.ts';
import { GATES, startLane } from '../test/support/worker.ts';
import { figure, judge } from './support/figures.ts';
import { median } from './support/round-trip.ts';

const ROWS = 500;
const PAGE = 50;
const ROUNDS = 30;

async function reading(): Promise<void> {
  const sim = await startSimulator({ tenants: 1 });
  try {
    const sha = sim.forge.push();
    for (let row = 0; row < ROWS; row += 1)
      sim.forge.setStatus(sha, `CI / job ${row % 40} (push)`, 'success');
    const { forge: url, tokens } = { forge: sim.forge.url, tokens: sim.tokens };
    const place = { source: 'bench' };
    const variables = { read: 'AUTO_SYNC_TOKEN', control: 'PROD_AUTO_DEPLOY_CONTROL_TOKEN' };
    const forge = createForge({
      kind: 'gitea',
      url,
      place,
      repo: sim.forge.repo,
      tokens: { read: tokens.forge },
      tokenVariables: variables,
    });
    await forge.statuses(sha);
    const calls = sim.journal.calls('forge.statuses');
    const wanted = ROWS / PAGE + 1;
    figure(`requests for ${ROWS} rows`, String(calls.length), {
      text: `${wanted}: one per ${PAGE} rows and one more`,
      reached: calls.length === wanted,
    });
    const bare = async (): Promise<void> => {
      for (const { path } of calls) {
        const answer = await request(new URL(path, sim.url), {
          headers: { authorization: `token ${tokens.forge}` },
        });
        await answer.body.text();
      }
    };
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now();
      await work();
      return performance.now() - began;
    };
    await bare();
    const pairs: { ours: number; floor: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      pairs.push({ floor: await timed(bare), ours: await timed(() => forge.statuses(sha)) });
    figure('bare requests, one after another', `${median(pairs.map((one) => one.floor)).toFixed(1)} ms`);
    figure('gates read and parsed', `${median(pairs.map((one) => one.ours)).toFixed(1)} ms`);
    figure('ratio (median of pairs)', median(pairs.map((one) => one.ours / one.floor)).toFixed(2));
  } finally {
    await sim.close();
  }
}

async function waiting(): Promise<void> {
  const lane = await startLane({ skipsTime: true });
  try {
    for (const timeout of ['1m', '60m']) {
      const { sim, start } = await lane.world({ fleet: { gates: { timeout, poll: '15s' } } });
      const sha = sim.forge.push();
      sim.forge.setStatus(sha, GATES[0] as string, 'pending');
      const handle = await start(sha);
      await handle.result();
      const { events = [] } = await handle.fetchHistory();
      const looks = sim.journal.calls('forge.statuses');
      // Two pages a look: the rows, and the empty one.
      const busy = looks.reduce((sum, call) => sum + ((call.endAt ?? call.at) - call.at), 0);
      figure(
        `waiting ${timeout}: events of the history`,
        `${events?.length ?? 0} after ${looks.length / 2} looks; ${(busy / 1000).toFixed(2)} s of a slot in all`,
      );
    }
    console.log(
      'between two looks no slot is held: a look that finds nothing fails, and Temporal retries it',
    );
  } finally {
    await lane.stop();
  }
}

await reading();
await waiting();
judge();
