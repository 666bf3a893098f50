import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hold, inPhase, steer } from '../replay/scenario.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane } from '../support/worker.ts';
import { FIRST, heldLook, SECOND, some, stages, untouched } from './stages.ts';
import { lockOf, moveByHand, running, statusOf, tagOf, waves } from './support.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

describe.concurrent('A halt', () => {
  it.each(stages)('$where is answered with what is where, and nothing goes out after it', async (stage) => {
    const world = await lane.world(stage.fleet === undefined ? {} : { fleet: stage.fleet });
    const { deploy, free } = await stage.reach(world);
    const receipt = await steer(deploy, 'halt', { reason: 'errors go up', actor: 'ann' });
    const answered = world.calls().length;
    expect(receipt).toMatchObject(stage.receipt);
    expect(receipt.halted).toMatchObject({ reason: 'errors go up', actor: 'ann' });

    free?.();
    await inPhase(deploy, 'halted');
    await until(async () => ((await deploy.describe()).raw.pendingActivities ?? []).length === 0);
    const { inFlight, next, audit } = await statusOf(deploy);
    expect({ inFlight, next }).toEqual({ inFlight: null, next: stage.receipt['next'] });
    expect(audit).toContainEqual({
      actor: 'ann',
      what: 'halt: errors go up',
      at: expect.any(Number) as number,
    });
    expect(world.calls()).toHaveLength(answered);

    await steer(deploy, 'resume');
    await stage.resumed?.(world, deploy);
    expect((await deploy.result()).outcome).toBe('deployed');
    const { sha } = await deploy.result();
    expect(new Set(Object.values(running(world)))).toEqual(new Set([sha]));
    // Nobody was called twice: what was out at the halt had its effect.
    expect(waves(world).flat().sort()).toEqual(['hongming', ...FIRST, ...SECOND]);
  });

  it('while it rolls back stops the way back, which a resume goes on with', async () => {
    const world = await lane.world();
    const former = world.sim.forge.head();
    const forward = hold(world, 'tenant-005');
    const deploy = await world.start(world.green());
    await forward.arrived();
    const free = world.sim.fault({ where: 'control-plane', slug: 'tenant-003', kind: 'hold' });
    await steer(deploy, 'rollback');
    forward.release();
    await world.sim.journal.until(
      'control-plane',
      (call) => call.targetTag === tagOf(former) && call.slugs?.includes('tenant-003') === true,
      45_000,
    );
    const receipt = await steer(deploy, 'halt');
    const answered = world.calls().length;
    expect(receipt).toMatchObject({
      phase: 'rolling_back',
      next: ['resume', 'abort'],
      inFlight: { slugs: FIRST.toReversed(), stage: 'sending' },
      tenants: {
        onRelease: some('hongming'),
        onFormer: some(...SECOND.toReversed()),
        unknown: some(...FIRST.toReversed()),
      },
      wavesLeft: 2,
    });
    free();
    await inPhase(deploy, 'halted');
    expect(world.calls()).toHaveLength(answered);
    await steer(deploy, 'resume');
    expect((await deploy.result()).outcome).toBe('rolled_back');
    expect(world.running()).toEqual(new Set([former]));
  });

  it('while it waits for the fleet gives its place up, and a resume gives the old one back', async () => {
    const world = await lane.world({ fleet: { supersede: 'never' } });
    const [one, two, three] = [world.green(), world.green(), world.green()];
    const canary = hold(world);
    const first = await world.start(one);
    await canary.arrived();
    const second = await world.start(two);
    await until(async () => (await lockOf(lane, world)).waiting === 1);
    const third = await world.start(three);
    await until(async () => (await lockOf(lane, world)).waiting === 2);
    expect(await steer(second, 'halt')).toMatchObject({ ...untouched, phase: 'queued' });
    await until(async () => (await lockOf(lane, world)).queue[0]?.workflowId === third.workflowId);
    expect((await lockOf(lane, world)).waiting).toBe(1);
    await steer(second, 'resume');
    await until(async () => (await lockOf(lane, world)).queue[0]?.workflowId === second.workflowId);
    canary.release();
    expect(
      (await Promise.all([first, second, third].map((one) => one.result()))).map((end) => end.epoch),
    ).toEqual([1, 2, 3]);
  });

  it('in the final look makes what was seen before it worthless: a resume looks again', async () => {
    const world = await lane.world({ fleet: { verify: { timeout: '30s', settle: '1s' } } });
    const { deploy, free } = await heldLook(world, 'tenant-006', 3);
    await steer(deploy, 'halt');
    free();
    await inPhase(deploy, 'halted');
    moveByHand(world, 'tenant-002', world.sim.tenants.fleet.moves[0]?.from as string);
    await steer(deploy, 'resume');
    expect((await deploy.result()).tenants.quarantined).toEqual(['tenant-002']);
  });
});
