import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandUpdate, lockQuery, statusQuery } from '../../src/workflows/messages.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import type { DeployState } from '../../src/workflows/state.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane, type World, type WorldOptions } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

const REGISTRY: WorldOptions['fleet'] = ({ registry }) => ({
  registry: { url: registry.url, image: registry.repository, pointer: 'latest' },
});

const tagOf = (sha: string): string => `staging-${sha.slice(0, 7)}`;

function hold({ sim }: World, slug: string): { release: () => void; arrived: Promise<unknown> } {
  const release = sim.fault({ where: 'control-plane', slug, kind: 'hold' });
  const names = (call: { slugs?: readonly string[] }): boolean => call.slugs?.includes(slug) === true;
  return { release, arrived: sim.journal.until('control-plane', names, 45_000) };
}

describe.concurrent('the release', () => {
  it('I-20: waits for its tag to be visible before the canary, and records the digest', async () => {
    const world = await lane.world({ fleet: REGISTRY });
    const sha = world.green();
    const { images } = world.sim.registry;
    images.withhold(tagOf(sha));
    const end = world.deploy(sha);
    await world.sim.journal.until('registry', { status: 404 }, 45_000);
    expect(world.calls()).toHaveLength(0);
    const { digest } = images.publish(tagOf(sha), sha);
    expect(await end).toMatchObject({ outcome: 'deployed', digest });
    expect(images.find('latest')?.digest).toBe(digest);
  });

  it('I-20: the pointer does not move after a deploy that failed', async () => {
    const world = await lane.world({ fleet: REGISTRY });
    world.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'unhealthy' });
    expect((await world.deploy(world.green())).outcome).toBe('failed');
    expect(world.sim.registry.images.find('latest')).toBeUndefined();
  });

  it.each(['latest', 'staging-latest', 'staging-286338'])(
    'I-28: the moving tag %s is refused as a target',
    async (tag) => {
      const world = await lane.world();
      const end = await world.deploy(undefined, { kind: 'rollback', tag, reason: 'back' });
      expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('I-28') as string });
      expect(world.calls()).toHaveLength(0);
    },
  );

  it('I-27: a rollback pins the fleet, and the next green main waits until somebody unpins', async () => {
    const world = await lane.world();
    const [good, bad, next] = [world.green(), world.green(), world.green()];
    await world.deploy(bad);
    const back = await world.deploy(undefined, { kind: 'rollback', tag: tagOf(good), reason: 'bad' });
    expect(back.outcome).toBe('deployed');
    const handle = await world.start(next);
    const lock = lane.environment.client.workflow.getHandle(lockId(world.name));
    await until(async () => (await lock.query(lockQuery)).waiting === 1);
    const { queue, pin } = await lock.query(lockQuery);
    expect(pin?.tag).toBe(tagOf(good));
    expect(queue[0]?.why).toContain('pinned');
    const touched = world.calls().length;
    await lock.executeUpdate('unpin', { args: [{ reason: 'mended', actor: 'op' }] });
    expect((await handle.result()).outcome).toBe('deployed');
    expect(world.calls().length).toBeGreaterThan(touched);
  });
});

describe.concurrent('the fleet', () => {
  it('I-29: is granted on when its holder and a waiter were terminated by hand', async () => {
    const world = await lane.world();
    const [first, second, third] = [world.green(), world.green(), world.green()];
    const canary = hold(world, 'hongming');
    const holder = await world.start(first);
    await canary.arrived;
    const waiter = await world.start(second);
    const last = await world.start(third);
    const lock = lane.environment.client.workflow.getHandle(lockId(world.name));
    await until(async () => (await lock.query(lockQuery)).waiting === 2);
    await waiter.terminate('by hand');
    await holder.terminate('by hand');
    canary.release();
    const end = await last.result();
    expect(end.outcome).toBe('deployed');
    expect(end.epoch).toBeGreaterThan(1);
    // Not before the call that was out is over.
    const [out, next] = world.calls();
    expect(next?.at).toBeGreaterThanOrEqual(out?.endAt ?? Infinity);
  });

  it('I-30: has one holder at a time, however long its call takes, and epochs rise', async () => {
    const world = await lane.world();
    const [first, second] = [world.green(), world.green()];
    const wave = hold(world, 'tenant-002');
    const one = world.deploy(first);
    await wave.arrived;
    const two = world.deploy(second);
    const lock = lane.environment.client.workflow.getHandle(lockId(world.name));
    await until(async () => (await lock.query(lockQuery)).waiting === 1);
    expect(new Set(world.calls().map((call) => call.targetTag))).toEqual(new Set([tagOf(first)]));
    wave.release();
    await Promise.all([one, two]);
    const calls = world.calls();
    const epochs = calls.map((call) => call.epoch ?? 0);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
    expect(new Set(epochs).size).toBe(2);
    for (const [index, call] of calls.entries())
      expect(calls[index + 1]?.at ?? Infinity).toBeGreaterThanOrEqual(call.endAt ?? Infinity);
  });

  it('I-30: gets no call of a deploy that the lock knows nothing of any more', async () => {
    const world = await lane.world();
    const canary = hold(world, 'hongming');
    const deploy = await world.start(world.green());
    await canary.arrived;
    const lock = lane.environment.client.workflow.getHandle(lockId(world.name));
    const { workflowId, firstExecutionRunId: runId } = deploy;
    await lock.signal('release', { workflowId, runId, outcome: 'deployed', reason: 'typed by hand' });
    await until(async () => (await lock.query(lockQuery)).holder === undefined);
    canary.release();
    const end = await deploy.result();
    expect(end).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining("not this deploy's any more") as string,
    });
    expect(world.calls().map(({ slugs }) => slugs)).toEqual([['hongming']]);
  });

  it('I-30: is kept while a call of a deploy that was terminated is out, and no longer', async () => {
    const world = await lane.world({ fleet: { rollout: { postTimeout: '90s' } } });
    const canary = hold(world, 'hongming');
    const first = await world.start(world.green());
    await canary.arrived;
    const second = await world.start(world.green());
    const lock = lane.environment.client.workflow.getHandle(lockId(world.name));
    await until(async () => (await lock.query(lockQuery)).waiting === 1);
    await first.terminate('by hand');
    await until(async () =>
      (await lock.query(lockQuery)).oddities.some(({ what }) => what.includes('the fleet is kept')),
    );
    const { holder, waiting } = await lock.query(lockQuery);
    expect({ holder: holder?.epoch, waiting }).toEqual({ holder: 1, waiting: 1 });
    expect(world.calls()).toHaveLength(1);
    const letGo = Date.now();
    canary.release();
    expect((await second.result()).outcome).toBe('deployed');
    const next = world.calls()[1];
    expect(next).toMatchObject({ epoch: 2, slugs: ['hongming'] });
    expect(next?.at).toBeGreaterThanOrEqual(letGo);
    // The call may take 90 s: it was heard when it was over.
    expect((next?.at ?? Infinity) - letGo).toBeLessThan(45_000);
  });

  it('I-32: is left alone after halt returned; what is in flight is named', async () => {
    const world = await lane.world();
    const wave = hold(world, 'tenant-002');
    const handle = await world.start(world.green());
    await wave.arrived;
    const receipt = await handle.executeUpdate(commandUpdate('halt'), {
      args: [{ reason: 'look', actor: 'op' }],
    });
    expect(receipt.inFlight).toMatchObject({ wave: 1, slugs: ['tenant-002', 'tenant-003', 'tenant-004'] });
    const before = world.calls().length;
    wave.release();
    await until(async () => (await handle.query(statusQuery)).phase === 'halted');
    await handle.executeUpdate(commandUpdate('abort'), { args: [{ reason: 'enough', actor: 'op' }] });
    await handle.result();
    expect(world.calls()).toHaveLength(before);
  });

  it('I-32: gets no call that was about to be sent when halt was asked for, unless the receipt names it', async () => {
    const world = await lane.world();
    // Repository and organisation are read before the first call and before the canary's; then before the wave's.
    const release = world.sim.fault({ where: 'forge.variable', kind: 'hold', after: 4 });
    const handle = await world.start(world.green());
    await until(() => world.sim.journal.calls('forge.variable').length === 5, 30_000);
    const receipt = handle.executeUpdate(commandUpdate('halt'), {
      args: [{ reason: 'look', actor: 'op' }],
    });
    await until(async () => (await handle.query(statusQuery)).halted !== undefined);
    release();
    const { inFlight } = await receipt;
    const before = world.calls().length;
    // Either it was called back, or it is over, or the receipt says that it is out.
    if (inFlight !== null) expect(inFlight.stage).not.toBe('checking');
    await until(async () => (await handle.query(statusQuery)).phase === 'halted');
    await handle.executeUpdate(commandUpdate('abort'), { args: [{ reason: 'enough', actor: 'op' }] });
    await handle.result();
    if (inFlight?.stage === 'sending') expect(world.calls()).toHaveLength(2);
    else expect(world.calls()).toHaveLength(before);
  });
});

describe('the start of a workflow', () => {
  it('cannot hand in a state in which the gates are green and the fleet is held', async () => {
    const world = await lane.world();
    const sha = world.green();
    const good = await world.start(sha);
    await good.result();
    const red = world.sim.forge.push();
    world.sim.forge.setStatus(red, 'CI / build (push)', 'failure');
    const { events } = await good.fetchHistory();
    const raw = events
      ?.map((event) => event.activityTaskCompletedEventAttributes?.result?.payloads?.[0]?.data)
      .find(
        (data) => data !== undefined && data !== null && Buffer.from(data).includes('killSwitchVariable'),
      );
    const settings = JSON.parse(Buffer.from(raw ?? []).toString()) as DeployState['settings'];
    const now = Date.now();
    const carried: Partial<DeployState> = {
      ...{ startedAt: now, phase: 'preflight', phaseSince: now, direction: 'forward', ask: false, tries: 0 },
      ...{ total: 0, alreadyOnTarget: 0, onTarget: 0, back: 0, wave: 0, waves: 0, calls: 0, runs: 0 },
      ...{ stragglers: [], gone: [], former: [], extent: null, warnings: [], audit: [] },
      ...{ greenAt: now, epoch: 99, checked: true },
      ...(settings === undefined ? {} : { settings: { ...settings, sha: red, tag: tagOf(red) } }),
    };
    const before = world.calls().length;
    const end = await world.deploy(red, { carried } as never);
    expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('refused by') as string });
    expect(world.calls()).toHaveLength(before);
  });
});
