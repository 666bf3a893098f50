import { afterAll, beforeAll, expect, it } from 'vitest';
import { busyMain } from '../../bench/busy-main/pushes.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

const ROUNDS = 3;

it('a main on which something is always newer: newest-ready deploys in every round, head not once', async () => {
  const [ready, head] = await Promise.all([busyMain(lane, 'newest-ready', 3), busyMain(lane, 'head', 3)]);
  const [first] = ready.world.running();
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (let push = 0; push < 4; push += 1) await Promise.all([ready.push(), head.push()]);
    await until(() => ready.underWay() === 0 && head.underWay() === 0, 40_000);
    // Three pushes ago: as new as gates can be green.
    expect(ready.age()).toBe(3);
    expect(ready.count('deployed')).toBeGreaterThanOrEqual(round);
  }
  expect(head.count('superseded')).toBe(4 * ROUNDS - 3);
  expect(head.world.calls()).toEqual([]);
  expect(head.world.running().size).toBe(1);
  expect(ready.world.running()).not.toContain(first);
  await Promise.all([ready.stop(), head.stop()]);
}, 120_000);
