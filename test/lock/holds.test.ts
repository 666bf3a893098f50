import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { LockView } from '../../src/rollout/lock/view.ts';
import { commandUpdate, holdUpdate, lockQuery } from '../../src/workflows/messages.ts';
import { hold, inPhase } from '../replay/scenario.ts';
import { greenlane } from '../support/cli.ts';
import { until } from '../support/until.ts';
import { GATES, startLane, type Lane, type World } from '../support/worker.ts';

let lane: Lane;
const directory = mkdtempSync(join(tmpdir(), 'greenlane-holds-'));
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
  rmSync(directory, { recursive: true });
});

const lockOf = (world: World) => lane.environment.client.workflow.getHandle(`fleet-lock/${world.name}`);

/** The lock, as soon as it is as the check wants it. */
async function see(world: World, check: (view: LockView) => boolean): Promise<LockView> {
  let view: LockView | undefined;
  await until(async () => {
    view = await lockOf(world)
      .query(lockQuery)
      .catch(() => undefined);
    return view !== undefined && check(view);
  }, 45_000);
  return view as LockView;
}

/** What somebody reads who runs the built command for this fleet. */
async function shown(world: World, ...args: string[]): Promise<string> {
  const file = join(directory, `${world.name}.yaml`);
  const { sim } = world;
  const fleet = {
    repo: sim.forge.repo,
    branch: sim.forge.branch,
    forge: { kind: 'gitea', url: sim.forge.url },
    controlPlane: { url: sim.controlPlane.url },
    tenants: { buildinfoUrl: sim.tenants.buildinfoUrl },
    gates: { required: GATES },
    rollout: { canary: 'hongming' },
  };
  writeFileSync(file, stringify({ fleets: { [world.name]: fleet } }));
  const { stdout, stderr, code } = await greenlane(args, {
    TEMPORAL_ADDRESS: lane.environment.address,
    GREENLANE_CONFIG: file,
    GREENLANE_TASK_QUEUE: lane.taskQueue,
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  // A table breaks its lines and pads them.
  return stdout.replace(/\s+/g, ' ');
}

/** A window that began an hour ago and ends in two. */
function windowOfNow(): { window: object; ends: string } {
  const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const to = at(2).slice(0, 16);
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  return {
    window: { name: 'the sale', days, from: at(-1).slice(11, 16), to: to.slice(11) },
    ends: `${to}:00.000Z`,
  };
}

const small = { simulator: { tenants: 2 } };

describe.concurrent('A deploy that meets', () => {
  it('a freeze window waits and says until when; an urgent one passes it with its reason', async () => {
    const { window, ends } = windowOfNow();
    const world = await lane.world({ ...small, fleet: { freeze: { windows: [window] } } });
    const waits = await world.start(world.green());
    const { queue } = await see(world, (view) => view.waiting === 1);
    expect(queue[0]).toMatchObject({ position: 1, why: `the sale, until ${ends}` });
    const urgent = await world.deploy(world.green(), { urgent: true, reason: 'prices are wrong' });
    expect(urgent.outcome).toBe('deployed');
    expect((await see(world, ({ holder }) => holder === undefined)).waiting).toBe(1);
    await waits.terminate();
  });

  it('a pin waits, also when it is urgent; the pinned tag passes', async () => {
    const world = await lane.world(small);
    const [older, newer] = [world.green(), world.green()];
    const tag = `staging-${older.slice(0, 7)}`;
    await world.deploy(older);
    await lockOf(world).executeUpdate(holdUpdate('pin'), {
      args: [{ tag, reason: 'bad migration', actor: 'ann' }],
    });
    const urgent = await world.start(newer, { urgent: true, reason: 'an urgent fix' });
    const { queue } = await see(world, (view) => view.waiting === 1);
    expect(queue[0]).toMatchObject({
      why: `pinned to ${tag} by ann: bad migration`,
      noEstimate: 'held without an end',
    });
    expect(await shown(world, 'queue')).toMatch(
      /PINNED to staging-\w+ by ann .*held without an end, no estimate/,
    );
    expect((await world.deploy(older)).outcome).toBe('deployed');
    await lockOf(world).executeUpdate(holdUpdate('unpin'), { args: [{ reason: 'repaired' }] });
    expect((await urgent.result()).outcome).toBe('deployed');
  });

  it('a freeze finishes when it runs already; the next one waits, with the time in `queue`', async () => {
    const world = await lane.world(small);
    const canary = hold(world);
    const runs = await world.start(world.green());
    await canary.arrived();
    const end = Date.now() + 3_600_000;
    await lockOf(world).executeUpdate(holdUpdate('freeze'), {
      args: [{ reason: 'a sale', actor: 'ann', until: end }],
    });
    canary.release();
    expect((await runs.result()).outcome).toBe('deployed');
    const next = await world.start(world.green());
    const { queue } = await see(world, (view) => view.waiting === 1);
    expect(queue[0]?.why).toBe(`frozen by ann: a sale, until ${new Date(end).toISOString()}`);
    // It is expected when the freeze is over.
    expect(queue[0]?.expectedAt).toBe(end);
    expect(await shown(world, 'queue')).toContain('FROZEN by ann until');
    await lockOf(world).executeUpdate(holdUpdate('unfreeze'), { args: [{ reason: 'over' }] });
    expect((await next.result()).outcome).toBe('deployed');
  });

  it('a halted holder has no estimate, in `queue`, `status`, `status --sha` and Temporal UI, until it goes on', async () => {
    const world = await lane.world(small);
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    const canary = hold(world);
    const holder = await world.start(world.green());
    await inPhase(holder, 'canary');
    const sha = world.green();
    const waits = await world.start(sha);
    const before = await see(world, (view) => view.waiting === 1);
    expect(before.queue[0]?.expectedAt).toBeGreaterThan(0);
    await holder.executeUpdate(commandUpdate('halt'), { args: [{ reason: 'let us look' }] });
    canary.release();
    await inPhase(holder, 'halted');
    await see(world, (view) => view.holder?.haltedAt !== undefined);
    const { currentDetails } = await lockOf(world).query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    expect(currentDetails).toMatch(
      /HALTED since .*\n(.*\n)*\| 1 \| staging-\w+ \| .*holds the fleet, halted \| halted, no estimate \|/,
    );
    for (const command of ['queue', 'status'])
      expect(await shown(world, command)).toMatch(
        /HALTED since .*halted, no estimate .*holds the fleet, halted/,
      );
    expect(await shown(world, 'status', '--sha', sha)).toMatch(
      /position 1 in the queue: staging-\w+ holds the fleet, halted; halted, no estimate/,
    );
    await holder.executeUpdate(commandUpdate('resume'), { args: [{ reason: 'it is well' }] });
    expect((await holder.result()).outcome).toBe('deployed');
    expect((await waits.result()).outcome).toBe('deployed');
    expect(await shown(world, 'history')).toMatch(/(deployed .*){3}/);
  });
});
