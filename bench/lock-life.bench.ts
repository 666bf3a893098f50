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
  const life = await liveByTurns(world.fleet(), requests, waiting);
  const { events, wrong, tookMs } = life;
  const longest = Math.max(...events);
  figure('requests through one lock', String(life.requests));
  figure('  runs of it', String(events.length));
  figure('  longest history of a run, events', String(longest), {
    text: 'below 5000',
    reached: longest < 5_000,
  });
  figure('  lost, granted twice or out of order', String(wrong.length), {
    text: '0',
    reached: wrong.length === 0,
  });
  figure('  per request', `${(tookMs / life.requests).toFixed(0)} ms`);
  for (const one of wrong.slice(0, 20)) console.log(`  ${one}`);
  judge();
} finally {
  await world.stop();
}
