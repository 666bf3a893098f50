import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Receipt } from '../../src/workflows/status.ts';
import { hold, inPhase, steer } from '../replay/scenario.ts';
import { until } from '../support/until.ts';
import {
  GATES,
  startLane,
  type Deploy,
  type Lane,
  type World,
  type WorldOptions,
} from '../support/worker.ts';
import { lockOf, moveByHand, running, statusOf, tagOf, waves } from './support.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

/** A place where a deploy can be halted. */
interface Stage {
  readonly where: string;
  readonly fleet?: WorldOptions['fleet'];
  /** Brings a deploy there; `free` lets go what holds it, and the deploy must still not move. */
  reach(world: World): Promise<{ deploy: Deploy; free?: () => void }>;
  /** What the receipt says. */
  readonly receipt: Partial<Receipt> | Record<string, unknown>;
  /** Steps of a deploy that was resumed, to its end. */
  resumed?(world: World, deploy: Deploy): Promise<void>;
}

const none = { count: 0, slugs: [] };
const FIRST = ['tenant-002', 'tenant-003', 'tenant-004'];
const SECOND = ['tenant-005', 'tenant-006', 'tenant-007'];
const some = (...slugs: string[]) => ({ count: slugs.length, slugs });
const untouched = { next: ['resume', 'abort'], inFlight: null };
const underWay = { next: ['resume', 'rollback', 'abort'] };

async function heldAt(world: World, slug: string) {
  const call = hold(world, slug);
  const deploy = await world.start(world.green());
  await call.arrived();
  return { deploy, free: call.release };
}

/** Holds the nth look at a tenant: the survey is the first, the proof of its wave the second, the final look the third. */
async function heldLook(world: World, slug: string, nth: number) {
  const free = world.sim.fault({ where: 'tenant', slug, kind: 'hold', after: nth - 1 });
  const deploy = await world.start(world.green());
  await until(() => world.sim.journal.calls('tenant', { slugs: [slug] }).length === nth);
  return { deploy, free };
}

const stages: readonly Stage[] = [
  {
    where: 'while it waits for its gates',
    reach: async (world) => {
      const sha = world.sim.forge.push();
      const deploy = await world.start(sha);
      await inPhase(deploy, 'gates');
      return { deploy, free: () => world.sim.forge.setGreen(sha, GATES) };
    },
    receipt: { ...untouched, wavesLeft: 0 },
  },
  {
    where: 'while it waits for approval, which is asked for anew after the resume',
    fleet: { approval: { required: true } },
    reach: async (world) => {
      const deploy = await world.start(world.green());
      await inPhase(deploy, 'approval');
      return { deploy };
    },
    receipt: { ...untouched, phase: 'approval' },
    resumed: async (_, deploy) => {
      await inPhase(deploy, 'approval');
      await steer(deploy, 'approve');
    },
  },
  {
    where: 'between the grant and the canary',
    reach: async (world) => {
      const free = world.sim.fault({ where: 'control-plane', dryRun: true, kind: 'hold' });
      const deploy = await world.start(world.green());
      await world.sim.journal.until('control-plane', { dryRun: true }, 20_000);
      return { deploy, free };
    },
    receipt: { ...untouched, phase: 'preflight' },
  },
  {
    where: 'while the canary’s call is out',
    reach: async (world) => heldAt(world, 'hongming'),
    receipt: {
      ...underWay,
      inFlight: { wave: 0, slugs: ['hongming'], stage: 'sending', since: expect.any(Number) as number },
      tenants: { total: 7, onRelease: none, onFormer: some(...FIRST, ...SECOND), unknown: some('hongming') },
      wavesLeft: 3,
    },
  },
  {
    where: 'while it soaks',
    fleet: { rollout: { soak: '60s' } },
    reach: async (world) => {
      const deploy = await world.start(world.green());
      await inPhase(deploy, 'soak');
      return { deploy };
    },
    receipt: {
      ...underWay,
      inFlight: null,
      tenants: { total: 7, onRelease: some('hongming'), onFormer: some(...FIRST, ...SECOND), unknown: none },
      wavesLeft: 2,
    },
    resumed: async (world, deploy) => {
      for (const calls of [1, 2]) {
        await until(() => world.calls().length === calls);
        await inPhase(deploy, 'soak');
        await steer(deploy, 'skip-soak');
      }
    },
  },
  {
    where: 'while a wave’s call is out',
    reach: async (world) => heldAt(world, 'tenant-003'),
    receipt: {
      ...underWay,
      inFlight: { wave: 1, slugs: FIRST, stage: 'sending', since: expect.any(Number) as number },
      tenants: { total: 7, onRelease: some('hongming'), onFormer: some(...SECOND), unknown: some(...FIRST) },
      wavesLeft: 2,
    },
  },
  {
    where: 'while a wave was answered and is being proven',
    fleet: { verify: { timeout: '30s', settle: '30s' } },
    reach: async (world) => heldLook(world, 'tenant-003', 2),
    receipt: {
      ...underWay,
      inFlight: { wave: 1, slugs: FIRST, stage: 'settling', since: expect.any(Number) as number },
    },
  },
  {
    where: 'while every tenant is verified, which is done anew after the resume',
    fleet: { verify: { timeout: '30s', settle: '2s' } },
    reach: async (world) => heldLook(world, 'tenant-006', 3),
    receipt: {
      ...underWay,
      phase: 'verify',
      inFlight: null,
      tenants: { total: 7, onRelease: some('hongming', ...FIRST, ...SECOND), onFormer: none, unknown: none },
      wavesLeft: 0,
    },
  },
];

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
      20_000,
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
