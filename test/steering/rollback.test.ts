import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hold, inPhase, steer } from '../replay/scenario.ts';
import { startLane, type Lane, type World } from '../support/worker.ts';
import { lockOf, moveByHand, running, statusOf, tagOf, waves } from './support.ts';

let lane: Lane;
/** Fleets whose lock cannot be asked on the way back: the wave gives up as it does after its last try. */
const unreadable = new Set<string>();
beforeAll(async () => {
  lane = await startLane({
    activities: ({ rollWave }) => ({
      rollWave: async (input) => {
        if (input.guarded || !unreadable.has(input.settings.fleet)) return rollWave(input);
        const why = 'the fleet lock could not be asked';
        throw ApplicationFailure.nonRetryable(why, 'greenlane.LockUnreadable', { sent: false });
      },
    }),
  });
});
afterAll(async () => {
  await lane.stop();
});

/** Deploys until the call that names the tenant is out, and turns back there. */
async function turnedBackAt(world: World, slug: string) {
  const call = hold(world, slug);
  const deploy = await world.start(world.green());
  await call.arrived();
  const receipt = await steer(deploy, 'rollback', { actor: 'ann', reason: 'checkout is broken' });
  const forward = world.calls().length;
  call.release();
  return { deploy, receipt, forward };
}

describe.concurrent('A rollback', () => {
  it('takes every touched tenant back to its own former tag, newest touched first, in waves, and pins', async () => {
    const world = await lane.world();
    const [one, two, three] = [world.green(), world.green(), world.green()];
    const mixed = { hongming: one, 'tenant-002': two, 'tenant-003': one, 'tenant-004': three };
    for (const [slug, sha] of Object.entries({
      ...mixed,
      'tenant-005': one,
      'tenant-006': one,
      'tenant-007': two,
    }))
      moveByHand(world, slug, sha);
    const { deploy, receipt, forward } = await turnedBackAt(world, 'tenant-003');
    expect(receipt).toMatchObject({
      asked: { name: 'rollback', actor: 'ann', reason: 'checkout is broken' },
      inFlight: { wave: 1, slugs: ['tenant-002', 'tenant-003', 'tenant-004'], stage: 'sending' },
      next: [],
    });
    const end = await deploy.result();
    expect(end).toMatchObject({
      outcome: 'rolled_back',
      reason: `4 touched tenants are back on ${tagOf(one)}: checkout is broken`,
    });
    expect(
      world
        .calls()
        .slice(forward)
        .map(({ slugs, targetTag }) => [targetTag, ...(slugs ?? [])]),
    ).toEqual([
      [tagOf(three), 'tenant-004'],
      [tagOf(one), 'tenant-003'],
      [tagOf(two), 'tenant-002'],
      [tagOf(one), 'hongming'],
    ]);
    expect(running(world)).toEqual({ ...mixed, 'tenant-005': one, 'tenant-006': one, 'tenant-007': two });
    expect(waves(world).flat()).not.toContain('tenant-005');

    const { pin, ledger } = await lockOf(lane, world);
    expect(pin).toMatchObject({ tag: tagOf(one), actor: 'ann' });
    expect(ledger[0]).toMatchObject({
      outcome: 'rolled_back',
      sha: end.sha,
      tenants: 7,
      onTarget: 0,
      back: 4,
    });
    expect(end.tenants).toMatchObject({ total: 7, onTarget: 0, back: 4 });
    expect(world.sim.forge.statusesPosted(end.sha).at(-1)).toMatchObject({
      status: 'failure',
      description: expect.stringMatching(/^rolled_back: 4 touched tenants are back/) as string,
    });
  });

  it('I-30: halts where the lock cannot be read, without another call, and goes on when somebody resumes it', async () => {
    const world = await lane.world();
    const former = world.sim.forge.head();
    unreadable.add(world.name);
    const { deploy, forward } = await turnedBackAt(world, 'tenant-003');
    await inPhase(deploy, 'halted');
    const { halted, next } = await statusOf(deploy);
    expect({ halted: halted?.reason, next }).toEqual({
      halted: 'the fleet lock could not be asked',
      next: ['resume', 'abort'],
    });
    expect(world.calls()).toHaveLength(forward);
    unreadable.delete(world.name);
    await steer(deploy, 'resume');
    expect((await deploy.result()).outcome).toBe('rolled_back');
    expect(world.running()).toEqual(new Set([former]));
  });

  it('is proven: a tenant that does not arrive fails it by name', async () => {
    const world = await lane.world({ fleet: { rollout: { maxStragglers: 0 }, verify: { settle: '1s' } } });
    const { deploy } = await turnedBackAt(world, 'tenant-005');
    world.sim.fault({ where: 'control-plane', slug: 'tenant-003', kind: 'stale-success' });
    const end = await deploy.result();
    expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('tenant-003') as string });
    const { pin, ledger } = await lockOf(lane, world);
    expect(pin).toBeDefined();
    expect(ledger[0]).toMatchObject({ outcome: 'failed', back: 6 });
  });

  it('uses the last known good for a tenant of which nobody knows what it ran, and says so', async () => {
    const world = await lane.world({ fleet: { verify: { settle: '5s' } } });
    const good = world.green();
    await world.deploy(good);
    // What it answers when the next deploy surveys it.
    world.sim.fault({ where: 'tenant', slug: 'tenant-003', kind: 'dev-build', times: 1 });
    const { deploy } = await turnedBackAt(world, 'tenant-006');
    const end = await deploy.result();
    expect(end.outcome).toBe('rolled_back');
    expect(world.running()).toEqual(new Set([good]));
    expect(end.warnings).toContain(
      `what tenant-003 ran before is not known: the last known good ${good.slice(0, 7)} is used`,
    );
  });

  it('leaves a tenant alone, by name, of which nobody knows anything at all', async () => {
    const world = await lane.world({ fleet: { verify: { settle: '5s' } } });
    const former = world.sim.forge.head();
    world.sim.fault({ where: 'tenant', slug: 'tenant-003', kind: 'dev-build', times: 1 });
    const { deploy } = await turnedBackAt(world, 'tenant-006');
    const end = await deploy.result();
    expect(end).toMatchObject({
      outcome: 'rolled_back',
      reason: expect.stringContaining('except tenant-003') as string,
    });
    expect(end.warnings.join()).toContain('nobody knows what tenant-003 ran before');
    expect(running(world)).toMatchObject({ 'tenant-002': former, 'tenant-003': end.sha });
  });

  it('can be asked for while the very first call is out, and takes the canary back', async () => {
    const world = await lane.world();
    const former = world.sim.forge.head();
    const { deploy, receipt } = await turnedBackAt(world, 'hongming');
    expect(receipt).toMatchObject({ inFlight: { wave: 0, stage: 'sending' }, asked: { name: 'rollback' } });
    expect(await deploy.result()).toMatchObject({ outcome: 'rolled_back', waves: 2 });
    expect(
      world
        .calls()
        .map(({ slugs, targetTag }) => [targetTag, ...(slugs ?? [])])
        .at(-1),
    ).toEqual([tagOf(former), 'hongming']);
    expect(world.running()).toEqual(new Set([former]));
  });

  it('is refused while nothing was touched, with what is possible', async () => {
    const world = await lane.world();
    const deploy = await world.start(world.sim.forge.push());
    await inPhase(deploy, 'gates');
    await expect(steer(deploy, 'rollback')).rejects.toMatchObject({
      cause: {
        message: 'cannot rollback: the deploy is in phase `gates`; possible is halt, abort, supersede',
      },
    });
    expect((await statusOf(deploy)).phase).toBe('gates');
    await steer(deploy, 'abort');
  });
});

describe.concurrent('onFailure: rollback', () => {
  it.each([
    ['a failed canary', 'hongming', ['hongming']],
    ['too many stragglers', 'tenant-003', ['hongming', 'tenant-002', 'tenant-003', 'tenant-004']],
  ])('takes back what was touched after %s', async (_, slug, touched) => {
    const world = await lane.world({
      fleet: { rollout: { onFailure: 'rollback', maxStragglers: 0 }, verify: { settle: '1s' } },
    });
    const former = world.sim.forge.head();
    world.sim.fault({ where: 'control-plane', slug, kind: 'unhealthy', times: 1 });
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({
      outcome: 'rolled_back',
      reason: expect.stringMatching(new RegExp(`${slug}.*unhealthy`)) as string,
    });
    expect(world.running()).toEqual(new Set([former]));
    expect(new Set(waves(world).flat())).toEqual(new Set(touched));
    expect((await lockOf(lane, world)).pin).toMatchObject({
      tag: tagOf(former),
      actor: 'greenlane (onFailure: rollback)',
    });
  });
});
