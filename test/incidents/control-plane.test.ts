import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/index.ts';
import { configOf, startLane, type Lane, type World } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

/** Tenants of each call, in order. */
const called = (world: World): (readonly string[])[] =>
  world.calls().map((call) => call.slugs ?? ['everybody']);

const CANARY = ['hongming'];
const FIRST = ['tenant-002', 'tenant-003', 'tenant-004'];
const SECOND = ['tenant-005', 'tenant-006', 'tenant-007'];

describe.concurrent('a lost answer', () => {
  it('I-10: of a call that had its effect: the tenants are asked, and none is called again', async () => {
    const world = await lane.world();
    world.sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'drop-after', times: 1 });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(called(world)).toEqual([CANARY, FIRST, SECOND]);
  });

  it('I-10: after the whole budget of a call: the tenants are asked, and none is called again', async () => {
    const world = await lane.world({ fleet: { rollout: { postTimeout: '1s' } } });
    world.sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'hang', effect: true, times: 1 });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(called(world)).toEqual([CANARY, FIRST, SECOND]);
  });

  it('I-10: of a call that reached only some: only those not on the release are called again', async () => {
    const world = await lane.world({ fleet: { verify: { settle: '1s', interval: '200ms' } } });
    world.sim.fault({ where: 'control-plane', slug: 'tenant-003', kind: 'stale-success', times: 1 });
    world.sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'drop-after', times: 1 });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(called(world)).toEqual([CANARY, FIRST, ['tenant-003'], SECOND]);
  });

  it('I-10: the budget of a call is above the worst case of a wave unless the file says otherwise', async () => {
    const world = await lane.world({ fleet: { rollout: { postTimeout: undefined } } });
    world.sim.settings.perTenantMs = (slug) => (slug === 'tenant-003' ? 3_000 : 0);
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    const handle = lane.environment.client.workflow.getHandle(
      `deploy/${world.name}/${world.sim.forge.head()}`,
    );
    const { events } = await handle.fetchHistory();
    const scheduled = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes);
    const limit = scheduled.find(
      (activity) => activity?.activityType?.name === 'rollWave',
    )?.startToCloseTimeout;
    expect(Number(limit?.seconds)).toBeGreaterThan(5 * 60 + 90);
    const budget = configOf('fresh', world.sim, { rollout: { postTimeout: undefined } }).file.rollout
      .postTimeout;
    expect(budget).toBeGreaterThan((5 * 60 + 90) * 1000);
  });

  it('I-10: of a wave in which one tenant is wedged: it is a straggler, and the healthy majority is not lost', async () => {
    const world = await lane.world({
      fleet: { rollout: { postTimeout: '1s' }, verify: { settle: '500ms', interval: '200ms' } },
    });
    // Its volume is wedged: every call that names it hangs, the others of the call are swapped.
    world.sim.fault({ where: 'control-plane', slug: 'tenant-003', kind: 'slow', ms: 600_000 });
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('deployed');
    expect(end.tenants).toMatchObject({ quarantined: ['tenant-003'], onTarget: 6 });
  });
});

describe.concurrent('an answer that comes and goes', () => {
  it.each<[string, Fault]>([
    ['502', { where: 'control-plane', kind: 'status', status: 502, dryRun: false, times: 1 }],
    ['503', { where: 'control-plane', kind: 'status', status: 503, dryRun: false, times: 1 }],
    ['504', { where: 'control-plane', kind: 'status', status: 504, dryRun: false, times: 1 }],
    ['429', { where: 'control-plane', kind: 'status', status: 429, dryRun: false, times: 1 }],
    ['a connection that breaks', { where: 'control-plane', kind: 'drop-before', dryRun: false, times: 1 }],
  ])('I-11: %s on the canary is tried again, and does not stop the rollout', async (_, fault) => {
    const world = await lane.world({ fleet: { verify: { settle: '300ms', interval: '100ms' } } });
    world.sim.fault(fault);
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(called(world)).toEqual([CANARY, CANARY, FIRST, SECOND]);
    const [first, second] = world.calls();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900);
    expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
  });

  it('I-11: Retry-After is honoured', async () => {
    const world = await lane.world();
    const headers = { 'Retry-After': '3' };
    world.sim.fault({
      where: 'control-plane',
      kind: 'status',
      status: 503,
      headers,
      dryRun: false,
      times: 1,
    });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    const [first, second] = world.calls();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(2_900);
  });

  it('I-11: tries are bounded, and the end names who is not on the release', async () => {
    const world = await lane.world();
    const headers = { 'Retry-After': '0' };
    world.sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'status', status: 503, headers });
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain('tenant-002, tenant-003, tenant-004');
    expect(called(world)).toEqual([CANARY, FIRST, FIRST, FIRST, FIRST]);
    expect(end.tenants).toMatchObject({ stale: FIRST, onTarget: 1 });
  });

  it.each([400, 401, 409, 500])('I-11: %i is not tried again', async (status) => {
    const world = await lane.world({ fleet: { verify: { settle: '300ms', interval: '100ms' } } });
    world.sim.fault({ where: 'control-plane', kind: 'status', status, dryRun: false });
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining(String(status)) as string,
    });
    expect(called(world)).toEqual([CANARY]);
  });

  it('I-11: an enumeration that fails is tried again', async () => {
    const world = await lane.world();
    world.sim.fault({ where: 'control-plane', kind: 'status', status: 502, dryRun: true, times: 2 });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
  });
});

describe.concurrent('an answer that leaves doubt', () => {
  it.each<[string, Fault]>([
    ['a page of HTML with status 200', { where: 'control-plane', kind: 'html', effect: true, times: 1 }],
    ['half of the JSON', { where: 'control-plane', kind: 'truncated-json', times: 1 }],
    [
      'a connection cut in the answer',
      { where: 'control-plane', kind: 'truncated-json', cut: true, times: 1 },
    ],
    ['another shape', { where: 'control-plane', kind: 'wrong-json', body: { ok: 'yes' }, times: 1 }],
    [
      'results that are no list',
      { where: 'control-plane', kind: 'wrong-json', body: { ok: true, results: {} }, times: 1 },
    ],
  ])('is no success: after %s the tenants are asked', async (_, fault) => {
    const world = await lane.world({ fleet: { verify: { settle: '500ms', interval: '100ms' } } });
    world.sim.fault({ ...fault, slug: 'tenant-002' });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(called(world)).toEqual([CANARY, FIRST, SECOND]);
  });

  it('is no success: a call without effect whose answer is another shape is sent again', async () => {
    const world = await lane.world({ fleet: { verify: { settle: '300ms', interval: '100ms' } } });
    world.sim.fault({
      where: 'control-plane',
      slug: 'tenant-002',
      kind: 'wrong-json',
      body: [],
      effect: false,
      times: 1,
    });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(called(world)).toEqual([CANARY, FIRST, FIRST, SECOND]);
  });

  it('is no success: a body without an end is given up, and the tenants are asked', async () => {
    const world = await lane.world({ fleet: { verify: { settle: '500ms', interval: '100ms' } } });
    world.sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'huge', times: 1 });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(called(world)).toEqual([CANARY, FIRST, SECOND]);
  });

  it('ignores results for tenants that were not asked for, and says so', async () => {
    const world = await lane.world();
    const results = ['tenant-002', 'tenant-003', 'tenant-004', 'tenant-007', '../evil'].map((slug) => ({
      slug,
      ssm_status: 'Success',
      healthz_ok: slug !== 'tenant-007',
    }));
    world.sim.fault({
      where: 'control-plane',
      slug: 'tenant-002',
      kind: 'wrong-json',
      body: { ok: true, results },
    });
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('deployed');
    expect(end.warnings.join()).toContain('2 tenants that were not asked for');
    expect(end.tenants.unhealthy).toEqual([]);
  });

  it('never follows a redirect with the token', async () => {
    const world = await lane.world();
    world.sim.fault({
      where: 'control-plane',
      kind: 'redirect',
      to: `${world.sim.hooks.url}/thief`,
      dryRun: false,
    });
    expect((await world.deploy(world.green())).outcome).toBe('failed');
    expect(world.sim.journal.calls('hook')).toHaveLength(0);
  });

  it('never follows a redirect of the enumeration, or of the forge', async () => {
    const thief = await lane.world();
    const to = `${thief.sim.hooks.url}/thief`;
    const world = await lane.world();
    world.sim.fault({ where: 'control-plane', kind: 'redirect', to, dryRun: true });
    expect((await world.deploy(world.green())).outcome).toBe('failed');
    const other = await lane.world({ fleet: { gates: { poll: '100ms' } } });
    other.sim.fault({ where: 'forge.statuses', kind: 'redirect', to });
    expect((await other.deploy(other.green())).outcome).toBe('failed');
    expect(thief.sim.journal.calls('hook')).toHaveLength(0);
  });
});

describe.concurrent('what is sent', () => {
  it('I-18: always confirms, always names its tenants, and never an empty list of them', async () => {
    const world = await lane.world();
    await world.deploy(world.green());
    const all = world.sim.journal.calls('control-plane');
    expect(all.length).toBeGreaterThan(4);
    for (const { body, dryRun } of all) {
      expect(body).toMatchObject({ confirm: true });
      if (dryRun === true) expect(body).not.toHaveProperty('only_slugs');
      else {
        const { only_slugs: slugs, batch_size: size, soak_seconds: soak } = body as Record<string, unknown>;
        expect(slugs).toSatisfy((list: string[]) => list.length > 0);
        expect([size, soak]).toEqual([(slugs as string[]).length, 0]);
      }
    }
  });

  it('I-18: sends nothing for a fleet that is on the release already', async () => {
    const world = await lane.world();
    const sha = world.green();
    for (const slug of world.sim.tenants.fleet.slugs()) world.sim.tenants.fleet.move(slug, sha, 0);
    const end = await world.deploy(sha);
    expect(end).toMatchObject({ outcome: 'deployed', tenants: { alreadyOnTarget: 7, onTarget: 7 } });
    expect(called(world)).toEqual([]);
  });

  it('calls only the tenants that are not on the release yet', async () => {
    const world = await lane.world();
    const sha = world.green();
    for (const slug of ['hongming', 'tenant-003', 'tenant-006']) world.sim.tenants.fleet.move(slug, sha, 0);
    const end = await world.deploy(sha);
    expect(end).toMatchObject({ outcome: 'deployed', tenants: { alreadyOnTarget: 3 } });
    expect(called(world)).toEqual([['tenant-002', 'tenant-004', 'tenant-005'], ['tenant-007']]);
  });

  it('I-19: goes out under a user agent of its own, to every place', async () => {
    const world = await lane.world({
      fleet: ({ registry }) => ({ registry: { url: registry.url, image: registry.repository } }),
    });
    await world.deploy(world.green());
    const { journal } = world.sim;
    expect(new Set(journal.map((call) => call.where)).size).toBeGreaterThan(6);
    expect(journal.filter((call) => !/^greenlane\/\d/.test(call.userAgent ?? ''))).toEqual([]);
  });

  it('carries the epoch of its grant and a key of its own per wave', async () => {
    const world = await lane.world({ simulator: { fenceEpochs: true, idempotent: true } });
    const first = await world.deploy(world.green());
    const second = await world.deploy(world.green());
    const epochs = world.calls().map((call) => call.epoch);
    expect(epochs).toEqual([1, 1, 1, 2, 2, 2]);
    expect([first.epoch, second.epoch]).toEqual([1, 2]);
    const keys = world.calls().map((call) => call.idempotencyKey ?? '');
    expect(new Set(keys).size).toBe(6);
    expect(keys[0]).toMatch(new RegExp(`^deploy/${world.name}/[0-9a-f]{40}/0/`));
  });
});

describe.concurrent('an enumeration that nobody should deploy from', () => {
  const tenant = (slug: string, more: object = {}) => ({ slug, ssm_status: 'DryRun', ...more });
  it.each<[string, object]>([
    ['lists nobody', { ok: true, results: [] }],
    ['lists one twice', { ok: true, results: [tenant('hongming'), tenant('a'), tenant('a')] }],
    ['has a path for a slug', { ok: true, results: [tenant('hongming'), tenant('../admin')] }],
    ['has capitals in a slug', { ok: true, results: [tenant('hongming'), tenant('Acme')] }],
    ['has a slug of 64 characters', { ok: true, results: [tenant('hongming'), tenant('a'.repeat(64))] }],
    ['is not of a dry run', { ok: true, results: [tenant('hongming', { ssm_status: 'Success' })] }],
  ])('is refused before the first call when it %s', async (_, body) => {
    const world = await lane.world();
    world.sim.fault({ where: 'control-plane', kind: 'wrong-json', body, dryRun: true });
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain('cannot be enumerated');
    expect(called(world)).toEqual([]);
  });

  it('I-15: a canary that is not in it is refused before the first call', async () => {
    const world = await lane.world({ fleet: { rollout: { canary: 'renamed' } } });
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('renamed') as string });
    expect(called(world)).toEqual([]);
  });

  it('I-15: the canary goes first and alone, and everybody else waits for its proof', async () => {
    const world = await lane.world({ fleet: { rollout: { canary: 'tenant-005' } } });
    await world.deploy(world.green());
    expect(called(world)[0]).toEqual(['tenant-005']);
    expect(called(world).slice(1).flat()).not.toContain('tenant-005');
  });
});
