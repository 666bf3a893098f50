import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandSignal } from '../../src/workflows/messages.ts';
import { until } from '../support/until.ts';
import { GATES, startLane, type Lane, type World } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

/** Holds every call that names the tenant until it is let go. */
function hold({ sim }: World, slug = 'hongming'): { release: () => void; arrived: Promise<unknown> } {
  const release = sim.fault({ where: 'control-plane', slug, kind: 'hold' });
  const names = (call: { slugs?: readonly string[] }): boolean => call.slugs?.includes(slug) === true;
  return { release, arrived: sim.journal.until('control-plane', names, 45_000) };
}

/** Resolves when the deploy of the SHA has asked the lock for a place. */
async function queued(world: World, sha: string): Promise<void> {
  const handle = lane.environment.client.workflow.getHandle(`deploy/${world.name}/${sha}`);
  const phase = async (): Promise<string> => {
    try {
      return (await handle.query<{ phase: string }>('status')).phase;
    } catch {
      return 'not started yet';
    }
  };
  await until(async () => (await phase()) === 'queued');
}

const POLICIES = ['newest-ready', 'head', 'never'] as const;

describe.concurrent('an older SHA that comes after a newer one', () => {
  it.each(POLICIES)('I-01: touches nothing when the fleet runs the newer one (%s)', async (supersede) => {
    const world = await lane.world({ fleet: { supersede } });
    const [older, newer] = [world.green(), world.green()];
    expect((await world.deploy(newer)).outcome).toBe('deployed');
    const before = world.calls().length;
    const end = await world.deploy(older);
    expect(end).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect(world.calls()).toHaveLength(before);
    expect(world.running()).toEqual(new Set([newer]));
  });

  it('I-01: touches nothing when a single tenant of a mixed fleet runs the newer one', async () => {
    const world = await lane.world();
    const [older, newer] = [world.green(), world.green()];
    world.sim.tenants.fleet.move('tenant-006', newer, 0);
    const end = await world.deploy(older);
    expect(end).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect(end.reason).toContain('tenant-006');
    expect(world.calls()).toHaveLength(0);
  });

  it('I-01: touches nothing when tenants answer the newer one by its first seven digits', async () => {
    const world = await lane.world();
    const [older, newer] = [world.green(), world.green()];
    world.sim.tenants.fleet.move('tenant-003', newer.slice(0, 7), 0);
    expect((await world.deploy(older)).outcome).toBe('superseded');
    expect(world.calls()).toHaveLength(0);
  });

  it('I-01: finds the newer one although tenants run thirty different releases', async () => {
    const world = await lane.world({ simulator: { tenants: 33 } });
    const { sim, green, deploy, calls } = world;
    const ancient = Array.from({ length: 30 }, () => sim.forge.push());
    const [older, newer] = [green(), green()];
    for (const [index, sha] of ancient.entries())
      sim.tenants.fleet.move(`tenant-${String(index + 2).padStart(3, '0')}`, sha, 0);
    sim.tenants.fleet.move('tenant-033', newer, 0);
    expect(await deploy(older)).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect(calls()).toHaveLength(0);
  });

  it('I-01: is not taken for newer because the comparison failed at first', async () => {
    const world = await lane.world();
    const [older, newer] = [world.green(), world.green()];
    world.sim.tenants.fleet.move('tenant-004', newer, 0);
    world.sim.fault({
      where: 'forge.compare',
      kind: 'status',
      status: 502,
      match: `${older}...${newer}`,
      times: 2,
    });
    expect((await world.deploy(older)).outcome).toBe('superseded');
    expect(world.calls()).toHaveLength(0);
  });

  it('I-01: moves no tenant backward that somebody moved forward while an answer was lost', async () => {
    const world = await lane.world({ fleet: { verify: { settle: '1s', interval: '200ms' } } });
    const { sim } = world;
    const [older, newer] = [world.green(), world.green()];
    sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'drop-before', times: 1 });
    const arrived = sim.journal.until('control-plane', (call) => call.fault === 'drop-before', 45_000);
    const end = world.deploy(older);
    await arrived;
    sim.tenants.fleet.move('tenant-003', newer, 0);
    expect(await end).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect(sim.tenants.fleet.get('tenant-003')?.sha).toBe(newer);
    const moved = sim.tenants.fleet.moves.filter((move) => move.slug === 'tenant-003' && move.to === older);
    expect(moved).toEqual([]);
  });
});

describe.concurrent('a newer SHA that waits', () => {
  it('I-01: supersedes at the grant when its gates are green (newest-ready)', async () => {
    const world = await lane.world();
    const [holder, older, newer] = [world.green(), world.green(), world.green()];
    const canary = hold(world);
    const first = world.deploy(holder);
    await canary.arrived;
    const second = world.deploy(older);
    await queued(world, older);
    const third = world.deploy(newer);
    await queued(world, newer);
    canary.release();
    expect((await first).outcome).toBe('deployed');
    expect(await second).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect((await third).outcome).toBe('deployed');
    expect(world.calls().filter((call) => call.targetTag === `staging-${older.slice(0, 7)}`)).toEqual([]);
  });

  it('does not supersede under the policy never: both go out, in the order their gates went green', async () => {
    const world = await lane.world({ fleet: { supersede: 'never' } });
    const [older, newer] = [world.green(), world.green()];
    const canary = hold(world);
    const first = world.deploy(older);
    await canary.arrived;
    const second = world.deploy(newer);
    canary.release();
    expect([(await first).outcome, (await second).outcome]).toEqual(['deployed', 'deployed']);
    expect(world.running()).toEqual(new Set([newer]));
  });

  it('does not supersede when it is gone by then: something goes out', async () => {
    const world = await lane.world();
    const [holder, older, newer] = [world.green(), world.green(), world.green()];
    const canary = hold(world);
    const first = world.deploy(holder);
    await canary.arrived;
    const second = world.deploy(older);
    await queued(world, older);
    const third = await world.start(newer);
    await queued(world, newer);
    await third.terminate('by hand');
    canary.release();
    await first;
    expect((await second).outcome).toBe('deployed');
  });

  it('does not supersede when the forge cannot say how it stands', async () => {
    const world = await lane.world();
    const [holder, older, newer] = [world.green(), world.green(), world.green()];
    world.sim.fault({ where: 'forge.compare', kind: 'status', status: 404, match: `${older}...${newer}` });
    const canary = hold(world);
    const first = world.deploy(holder);
    await canary.arrived;
    const second = world.deploy(older);
    await queued(world, older);
    const third = world.deploy(newer);
    await queued(world, newer);
    canary.release();
    await first;
    expect((await second).outcome).toBe('deployed');
    await third;
  });

  it('does not supersede by a head whose gates are not green, or a busy main would starve the fleet', async () => {
    const world = await lane.world();
    const sha = world.green();
    world.sim.forge.push();
    expect((await world.deploy(sha)).outcome).toBe('deployed');
  });

  it('supersedes by the head alone under the policy head, before the first call', async () => {
    const world = await lane.world({ fleet: { supersede: 'head' } });
    const sha = world.green();
    const head = world.sim.forge.push();
    expect(await world.deploy(sha)).toMatchObject({ outcome: 'superseded', supersededBy: head });
    expect(world.calls()).toHaveLength(0);
  });

  it('supersedes by the head between two waves under the policy head, and stops there', async () => {
    const world = await lane.world({ fleet: { supersede: 'head' } });
    const sha = world.green();
    const wave = hold(world, 'tenant-002');
    const end = world.deploy(sha);
    await wave.arrived;
    const head = world.sim.forge.push();
    wave.release();
    expect(await end).toMatchObject({ outcome: 'superseded', supersededBy: head });
    expect(world.calls().map((call) => call.slugs?.length)).toEqual([1, 3]);
  });

  it('is not superseded by a head that cannot be read under the policy head', async () => {
    const world = await lane.world({ fleet: { supersede: 'head' } });
    const sha = world.green();
    const head = world.sim.forge.push();
    world.sim.fault({ where: 'forge.compare', kind: 'status', status: 404, match: `${sha}...${head}` });
    expect((await world.deploy(sha)).outcome).toBe('deployed');
  });
});

describe.concurrent('tenants that are ahead at verification', () => {
  it('I-02: on a descendant mean superseded, never stale', async () => {
    const world = await lane.world();
    const [sha, newer] = [world.green(), world.green()];
    // Read by the survey and by its wave; somebody moves it before the final look.
    world.sim.fault({ where: 'tenant', slug: 'tenant-002', kind: 'moved', sha: newer, after: 2, times: 1 });
    const end = await world.deploy(sha);
    expect(end).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect(end.tenants.quarantined).toEqual([]);
  });

  it('I-02: on a descendant right after their wave mean superseded, and no further wave goes out', async () => {
    const world = await lane.world();
    const [sha, newer] = [world.green(), world.green()];
    world.sim.fault({ where: 'control-plane', slug: 'tenant-003', kind: 'moved', sha: newer });
    expect(await world.deploy(sha)).toMatchObject({ outcome: 'superseded', supersededBy: newer });
    expect(world.calls().map((call) => call.slugs?.length)).toEqual([1, 3]);
    expect(world.sim.tenants.fleet.get('tenant-003')?.sha).toBe(newer);
  });

  it('I-02: on the newer head mean superseded, also when the forge cannot compare', async () => {
    const world = await lane.world();
    const [sha, head] = [world.green(), world.green()];
    world.sim.fault({ where: 'forge.compare', kind: 'status', status: 500, match: `${sha}...${head}` });
    world.sim.fault({ where: 'tenant', slug: 'tenant-002', kind: 'moved', sha: head, after: 2, times: 1 });
    expect(await world.deploy(sha)).toMatchObject({ outcome: 'superseded', supersededBy: head });
  });

  it('I-02: are stale when neither the comparison nor the head can be read', async () => {
    const world = await lane.world({ fleet: { rollout: { maxStragglers: 0 } } });
    const [sha, head] = [world.green(), world.green()];
    world.sim.fault({ where: 'forge.compare', kind: 'status', status: 500, match: `${sha}...${head}` });
    // Read by the check before the canary; then not any more.
    world.sim.fault({ where: 'forge.branch', kind: 'status', status: 500, after: 1 });
    world.sim.fault({ where: 'tenant', slug: 'tenant-002', kind: 'moved', sha: head, after: 2, times: 1 });
    const end = await world.deploy(sha);
    expect(end.outcome).toBe('failed');
    expect(end.tenants.stale).toEqual(['tenant-002']);
  });

  it.each(['an ancestor', 'an unrelated commit'])('I-02: on %s they are stale', async (which) => {
    const world = await lane.world({ fleet: { rollout: { maxStragglers: 0 } } });
    const { sim } = world;
    const ancestor = sim.forge.push();
    const sha = world.green();
    const stray = which === 'an ancestor' ? ancestor : sim.forge.commit({ parent: ancestor });
    sim.fault({ where: 'tenant', slug: 'tenant-005', kind: 'moved', sha: stray, after: 2, times: 1 });
    const end = await world.deploy(sha);
    expect(end.outcome).toBe('failed');
    expect(end.tenants.stale).toEqual(['tenant-005']);
  });
});

describe.concurrent('only commits of the branch', () => {
  it('refuses a commit of another branch, with green gates, before the first call', async () => {
    const world = await lane.world();
    const { sim } = world;
    const fork = sim.forge.head();
    world.green();
    const side = sim.forge.commit({ parent: fork });
    sim.forge.push(side, 'side');
    sim.forge.setGreen(side, GATES);
    const end = await world.deploy(side);
    expect(end).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('not a commit of main') as string,
    });
    expect(world.calls()).toHaveLength(0);
  });

  it('refuses a commit that a force push took off the branch', async () => {
    const world = await lane.world();
    const before = world.sim.forge.head();
    const dropped = world.green();
    world.sim.forge.push(world.sim.forge.commit({ parent: before }));
    expect((await world.deploy(dropped)).reason).toContain('not a commit of main');
    expect(world.calls()).toHaveLength(0);
  });

  it('takes a commit that came in by a merge', async () => {
    const world = await lane.world();
    const { sim } = world;
    const base = sim.forge.head();
    const side = sim.forge.commit({ parent: base });
    const merge = sim.forge.push(sim.forge.commit({ parent: [sim.forge.push(), side] }));
    sim.forge.setGreen(side, GATES);
    expect(sim.forge.head()).toBe(merge);
    expect((await world.deploy(side)).outcome).toBe('deployed');
  });

  it('refuses a manual deploy of a commit that is not of the branch', async () => {
    const world = await lane.world();
    const fork = world.sim.forge.head();
    world.sim.forge.push();
    const side = world.sim.forge.commit({ parent: fork });
    const end = await world.deploy(undefined, {
      kind: 'manual',
      tag: `staging-${side.slice(0, 7)}`,
      reason: 'try',
    });
    expect(end).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('not a commit of main') as string,
    });
    expect(world.calls()).toHaveLength(0);
  });

  it('refuses to gate a deploy on anything but a full SHA', async () => {
    const world = await lane.world();
    const sha = world.green();
    const end = await world.deploy(sha.slice(0, 7));
    expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('40') as string });
    expect(world.calls()).toHaveLength(0);
  });
});

describe.concurrent('every SHA that reached the queue', () => {
  it('I-03: ends with a named outcome, also around waiters that were terminated', async () => {
    const world = await lane.world();
    const shas = Array.from({ length: 7 }, () => world.green());
    const canary = hold(world);
    const first = world.deploy(shas[0]);
    await canary.arrived;
    const rest = await Promise.all(shas.slice(1).map((sha) => world.start(sha)));
    await Promise.all(shas.slice(1).map((sha) => queued(world, sha)));
    await rest[1]?.terminate('by hand');
    canary.release();
    const living = rest.filter((_, index) => index !== 1);
    const ends = await Promise.all([first, ...living.map((handle) => handle.result())]);
    expect(ends.map((end) => end.outcome)).toEqual(['deployed', ...Array(4).fill('superseded'), 'deployed']);
    expect(world.running()).toEqual(new Set([shas[6]]));
  });
});

describe.concurrent('a supersede signal', () => {
  it('ends a deploy that waits for the fleet, untouched', async () => {
    const world = await lane.world();
    const [holder, waiting] = [world.green(), world.green()];
    const canary = hold(world);
    const first = world.deploy(holder);
    await canary.arrived;
    const handle = await world.start(waiting);
    await queued(world, waiting);
    await handle.signal(commandSignal('supersede'), { reason: 'a hotfix comes first', by: '2863380' });
    expect(await handle.result()).toMatchObject({ outcome: 'superseded', supersededBy: '2863380' });
    canary.release();
    await first;
    expect(world.calls().filter((call) => call.targetTag === `staging-${waiting.slice(0, 7)}`)).toEqual([]);
  });

  it('stops a rollout at the next wave boundary, and hands over what it touched', async () => {
    const world = await lane.world();
    const sha = world.green();
    const wave = hold(world, 'tenant-002');
    const handle = await world.start(sha);
    await wave.arrived;
    await handle.signal(commandSignal('supersede'), { reason: 'a hotfix comes first' });
    wave.release();
    const end = await handle.result();
    expect(end.outcome).toBe('superseded');
    expect(world.calls().map((call) => call.slugs?.length)).toEqual([1, 3]);
    expect(end.tenants.onTarget).toBe(4);
    expect(end.extent).toBe('tenant-004');
  });
});
