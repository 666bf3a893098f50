import { expect } from 'vitest';
import type { Receipt } from '../../src/workflows/status.ts';
import { hold, inPhase, steer } from '../replay/scenario.ts';
import { until } from '../support/until.ts';
import { GATES, type Deploy, type World, type WorldOptions } from '../support/worker.ts';

/** A place where a deploy can be halted. */
export interface Stage {
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
/** Tenants of the two waves behind the canary. */
export const FIRST = ['tenant-002', 'tenant-003', 'tenant-004'];
export const SECOND = ['tenant-005', 'tenant-006', 'tenant-007'];
export const some = (...slugs: string[]) => ({ count: slugs.length, slugs });
export const untouched = { next: ['resume', 'abort'], inFlight: null };
const underWay = { next: ['resume', 'rollback', 'abort'] };

/** Holds the call that names a tenant: its wave is out. */
async function heldAt(world: World, slug: string) {
  const call = hold(world, slug);
  const deploy = await world.start(world.green());
  await call.arrived();
  return { deploy, free: call.release };
}

/** Holds the nth look at a tenant: the survey is the first, the proof of its wave the second, the final look the third. */
export async function heldLook(world: World, slug: string, nth: number) {
  const free = world.sim.fault({ where: 'tenant', slug, kind: 'hold', after: nth - 1 });
  const deploy = await world.start(world.green());
  await until(() => world.sim.journal.calls('tenant', { slugs: [slug] }).length === nth);
  return { deploy, free };
}

export const stages: readonly Stage[] = [
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
      await world.sim.journal.until('control-plane', { dryRun: true }, 45_000);
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
