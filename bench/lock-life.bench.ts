/**
 * Ten thousand requests through one lock's life: histories stay short, nobody is lost, order is kept.
 * `npm run bench -- lock-life`, or `npx tsx bench/lock-life.bench.ts REQUESTS WAITING`; ten thousand take minutes.
 */
import { startLockWorld } from '../test/lock/harness.ts';
import { liveByTurns } from '../test/lock/turns.ts';
import { figure, judge } from './support/figures.ts';

const [requests = 10_000, waiting = 50] = process.argv.slice(2).map(Number);

const world = await startLockWorld();
try {
  const began = Date.now();
  const life = await liveByTurns(world.fleet(), requests, waiting, (released) => {
    if (released % 500 > 0) return;
    const each = ((Date.now() - began) / released).toFixed(0);
    process.stderr.write(`${released} of ${requests}, ${each} ms each\n`);
  });
  const { events, wrong, tookMs } = life;
  const longest = Math.max(...events);
  figure('requests through one lock', String(life.requests));
  // Each request is four events at least, so a life that long is one of many runs.
  const leastRuns = Math.ceil((requests * 4) / 5_000);
  figure('  runs of it', String(events.length), {
    text: `at least ${leastRuns}`,
    reached: events.length >= leastRuns,
  });
  figure('  longest history of a run, events', String(longest), {
    text: 'below 5000',
    reached: longest < 5_000,
  });
  figure('  lost, granted twice, out of order, or not in the ledger as it ended', String(wrong.length), {
    text: '0',
    reached: wrong.length === 0,
  });
  figure('  per request', `${(tookMs / life.requests).toFixed(0)} ms`);
  for (const one of wrong.slice(0, 20)) console.log(`  ${one}`);
  judge();
} finally {
  await world.stop();
}
