import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLane, type Lane } from '../support/worker.ts';
import { lockOf, statusOf } from './support.ts';

// Minutes of tries: on the server that skips time.
let lane: Lane;
beforeAll(async () => {
  lane = await startLane({ skipsTime: true });
});
afterAll(async () => {
  await lane.stop();
});

describe('The commit status', () => {
  it('that a forge does not take for minutes neither fails a deploy nor holds its fleet', async () => {
    const world = await lane.world();
    world.sim.fault({ where: 'forge.post-status', kind: 'status', status: 500 });
    const sha = world.green();
    const deploy = await world.start(sha);
    const end = await deploy.result();
    expect(end.outcome).toBe('deployed');
    expect((await lockOf(lane, world)).holder).toBeUndefined();
    expect((await statusOf(deploy)).warnings.join()).toMatch(/could not tell the outside: .*500/);
    expect(world.sim.journal.calls('forge.post-status').length).toBeGreaterThan(5);
    expect(world.sim.forge.statusesPosted(sha)).toEqual([]);
  });
});
