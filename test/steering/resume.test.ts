import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unfinished } from '../../src/rollout/lock/unfinished.ts';
import { hold, inPhase, steer } from '../replay/scenario.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane, type World } from '../support/worker.ts';
import { lockOf, moveByHand, running, statusOf, tagOf, trailOf, waves } from './support.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

/** A deploy in waves of two, halted after the canary and its first wave. */
async function halted(fleet: Record<string, unknown> = {}, env?: Parameters<Lane['world']>[0]) {
  const world = await lane.world({ fleet: { rollout: { batchSize: 2 }, ...fleet }, ...env });
  const sha = world.green();
  const wave = hold(world, 'tenant-002');
  const deploy = await world.start(sha);
  await wave.arrived();
  await steer(deploy, 'halt', { actor: 'ann', reason: 'errors go up' });
  wave.release();
  return { world, sha, deploy };
}

const posted = (world: World, sha: string) =>
  world.sim.forge.statusesPosted(sha).map(({ status, description }) => `${status}: ${description}`);

describe.concurrent('A halted deploy', () => {
  it('is resumed with the rest only: who was brought to the release by hand is not called', async () => {
    const { world, sha, deploy } = await halted();
    await inPhase(deploy, 'halted');
    // One of the next wave, and one of the wave after that.
    for (const slug of ['tenant-005', 'tenant-006']) moveByHand(world, slug, sha);
    const before = world.calls().length;
    await steer(deploy, 'resume', { actor: 'bob', reason: 'false alarm' });
    expect((await deploy.result()).outcome).toBe('deployed');
    expect(waves(world, before)).toEqual([['tenant-004'], ['tenant-007']]);
    expect(await trailOf(deploy)).toEqual(
      expect.arrayContaining(['ann: halt: errors go up', 'bob: resume: false alarm']),
    );
  });

  it('moves nobody backward whom somebody moved forward meanwhile, whatever the wave', async () => {
    const { world, deploy } = await halted();
    await inPhase(deploy, 'halted');
    const newer = world.green();
    moveByHand(world, 'tenant-007', newer);
    await steer(deploy, 'resume');
    expect(await deploy.result()).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect(running(world)['tenant-007']).toBe(newer);
    expect(waves(world).flat()).not.toContain('tenant-007');
  });

  it('ends halted by an abort, where it is; the next deploy goes on', async () => {
    const { world, sha, deploy } = await halted();
    const receipt = await steer(deploy, 'abort', { actor: 'bob', reason: 'fixing forward' });
    expect(receipt.next).toEqual([]);
    const end = await deploy.result();
    expect(end).toMatchObject({ outcome: 'halted', reason: 'aborted by bob: fixing forward', waves: 2 });
    expect(waves(world)).toEqual([['hongming'], ['tenant-002', 'tenant-003']]);
    expect(posted(world, sha).at(-1)).toBe('failure: halted: aborted by bob: fixing forward');
    const lock = await lockOf(lane, world);
    expect(lock.freeze).toBeUndefined();
    // Nobody holds the fleet, and it is not whole.
    expect(unfinished(lock)?.left).toBe('3 of 7 tenants are proven on it');
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(unfinished(await lockOf(lane, world))).toBeUndefined();
  });

  it('that nobody touches ends by its deadline: halted, the fleet frozen, and those told who want to know', async () => {
    const { world, sha, deploy } = await halted(
      { halt: { deadline: '1s' }, notify: [{ kind: 'webhook', url: 'HOOK_URL', on: ['halted'] }] },
      { env: (sim) => ({ HOOK_URL: sim.hooks.url }) },
    );
    const end = await deploy.result();
    expect(end).toMatchObject({
      outcome: 'halted',
      reason: 'halted by ann (errors go up) and not touched for 1s',
    });
    expect((await lockOf(lane, world)).freeze).toMatchObject({ actor: 'greenlane', reason: end.reason });
    expect(posted(world, sha).at(-1)).toBe(`failure: halted: ${end.reason}`);
    const told = world.sim.journal.calls('hook').map(({ body }) => (body as { text: string }).text);
    expect(told).toEqual(['halted by ann: errors go up', `halted: ${end.reason}`]);
    // Nothing goes out before somebody has looked.
    const next = await world.start(world.green());
    await until(async () => (await lockOf(lane, world)).queue[0]?.why.includes('frozen') === true);
    await steer(next, 'abort');
  });

  it('that holds nothing leaves the fleet as free as it was by its deadline', async () => {
    const world = await lane.world({ fleet: { halt: { deadline: '1s' } } });
    const deploy = await world.start(world.sim.forge.push());
    await inPhase(deploy, 'gates');
    await steer(deploy, 'halt');
    expect((await deploy.result()).outcome).toBe('halted');
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
  });
});

describe.concurrent('A soak that is skipped', () => {
  it('is that one alone, with a reason, and counts as somebody’s decision', async () => {
    const world = await lane.world({ fleet: { rollout: { soak: '60s' } } });
    const deploy = await world.start(world.green());
    await inPhase(deploy, 'soak');
    await steer(deploy, 'skip-soak', { actor: 'ann', reason: 'metrics are flat' });
    await world.sim.journal.until(
      'control-plane',
      ({ slugs }) => slugs?.includes('tenant-002') === true,
      45_000,
    );
    await inPhase(deploy, 'soak');
    const { soakUntil, wave } = await statusOf(deploy);
    expect(wave).toBe(2);
    expect(soakUntil).toBeGreaterThan(Date.now() + 30_000);
    expect(await trailOf(deploy)).toContain('ann: skip-soak: metrics are flat');
    await expect(steer(deploy, 'approve')).rejects.toMatchObject({
      cause: {
        message: expect.stringContaining('possible is skip-soak, halt, rollback, abort, supersede') as string,
      },
    });
    await steer(deploy, 'abort');
    expect((await deploy.result()).outcome).toBe('halted');
  });
});

describe.concurrent('A deploy that failed', () => {
  it('is tried again with those only that are not on the release, and a rollback takes both attempts back', async () => {
    const world = await lane.world();
    const former = world.sim.forge.head();
    const sha = world.green();
    world.sim.fault({ where: 'control-plane', slug: 'tenant-005', kind: 'status', status: 409, times: 1 });
    const first = await world.start(sha);
    expect((await first.result()).outcome).toBe('failed');
    const before = world.calls().length;
    const wave = hold(world, 'tenant-006');
    const again = await world.start(sha, {
      earlier: { workflowId: first.workflowId, runId: first.firstExecutionRunId },
    });
    await wave.arrived();
    expect(waves(world, before)).toEqual([['tenant-005', 'tenant-006', 'tenant-007']]);
    await steer(again, 'rollback');
    wave.release();
    expect(await again.result()).toMatchObject({ outcome: 'rolled_back' });
    expect(world.running()).toEqual(new Set([former]));
    expect((await lockOf(lane, world)).pin?.tag).toBe(tagOf(former));
  });
});
