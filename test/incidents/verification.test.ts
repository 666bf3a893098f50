import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLane, type Lane, type World } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

const QUICK = { settle: '600ms', interval: '100ms', timeout: '1s' };

function staleSuccess({ sim }: World, ...slugs: string[]): void {
  for (const slug of slugs) sim.fault({ where: 'control-plane', slug, kind: 'stale-success' });
}

/** A tenant that cannot be reached any more once the survey and its wave have read it. */
function unreachableAtVerification({ sim }: World, ...slugs: string[]): void {
  for (const slug of slugs) sim.fault({ where: 'tenant', slug, kind: 'status', status: 503, after: 2 });
}

describe.concurrent('stragglers', () => {
  it('I-12: up to the tolerance are quarantined, by name, and the rest is deployed', async () => {
    const world = await lane.world({ fleet: { verify: QUICK } });
    staleSuccess(world, 'tenant-005');
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({ outcome: 'deployed', tenants: { quarantined: ['tenant-005'], onTarget: 6 } });
    expect(end.reason).toContain('tenant-005 (stale)');
    expect(end.warnings.join()).toContain('tenant-005');
  });

  it('I-12: one more than the tolerance fails the deploy by name, and no further wave goes out', async () => {
    const world = await lane.world({ fleet: { verify: QUICK } });
    staleSuccess(world, 'tenant-002', 'tenant-004');
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain('tenant-002 (stale), tenant-004 (stale)');
    expect(end.tenants).toMatchObject({ stale: ['tenant-002', 'tenant-004'], quarantined: [] });
    expect(world.calls()).toHaveLength(2);
  });

  it.each(['stale-success', 'unhealthy', 'leave-out'] as const)(
    'I-12: the canary is never quarantined: %s',
    async (kind) => {
      const world = await lane.world({ fleet: { verify: QUICK, rollout: { maxStragglers: 6 } } });
      world.sim.fault({ where: 'control-plane', slug: 'hongming', kind });
      const end = await world.deploy(world.green());
      expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('hongming') as string });
      expect(world.calls().map((call) => call.slugs)).toEqual([['hongming']]);
    },
  );

  it('I-12: the canary is never quarantined: lost at the final look', async () => {
    const world = await lane.world({ fleet: { verify: QUICK, rollout: { maxStragglers: 6 } } });
    unreachableAtVerification(world, 'hongming');
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('hongming') as string });
  });

  it('are told apart by name: stale, unreachable, unhealthy, missing', async () => {
    const world = await lane.world({
      simulator: { tenants: 12 },
      fleet: { verify: QUICK, rollout: { maxStragglers: 5, batchSize: 12 } },
    });
    staleSuccess(world, 'tenant-002');
    world.sim.fault({ where: 'control-plane', slug: 'tenant-003', kind: 'unhealthy' });
    world.sim.fault({ where: 'control-plane', slug: 'tenant-004', kind: 'leave-out' });
    world.sim.fault({ where: 'control-plane', slug: 'tenant-005', kind: 'dev-build' });
    unreachableAtVerification(world, 'tenant-006');
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('deployed');
    expect(end.tenants).toMatchObject({
      total: 12,
      onTarget: 7,
      stale: ['tenant-002', 'tenant-005'],
      unhealthy: ['tenant-003'],
      missing: ['tenant-004'],
      unreachable: ['tenant-006'],
      quarantined: ['tenant-002', 'tenant-003', 'tenant-004', 'tenant-005', 'tenant-006'],
    });
  });

  it('warn only where a fleet is tolerant', async () => {
    const world = await lane.world({ fleet: { verify: QUICK, tolerant: true } });
    staleSuccess(world, 'tenant-002', 'tenant-003', 'tenant-004');
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('deployed');
    expect(end.warnings.join()).toContain('tolerant');
    expect(end.tenants.quarantined).toHaveLength(3);
  });
});

describe.concurrent('proof', () => {
  it('I-13: a tenant that was silently left out of the results is a straggler by name', async () => {
    const world = await lane.world({ fleet: { verify: QUICK, rollout: { maxStragglers: 0 } } });
    world.sim.fault({ where: 'control-plane', slug: 'tenant-006', kind: 'leave-out' });
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({ outcome: 'failed', tenants: { missing: ['tenant-006'] } });
  });

  it('I-13: a tenant that came into the fleet during the rollout is proven too', async () => {
    const world = await lane.world({ fleet: { verify: QUICK, rollout: { maxStragglers: 0 } } });
    const release = world.sim.fault({ where: 'control-plane', slug: 'tenant-005', kind: 'hold' });
    const end = world.deploy(world.green());
    await world.sim.journal.until(
      'control-plane',
      (call) => call.slugs?.includes('tenant-005') === true,
      45_000,
    );
    world.sim.tenants.fleet.add('aaa-new', world.sim.tenants.fleet.get('tenant-005')?.sha ?? '');
    release();
    expect(await end).toMatchObject({ outcome: 'failed', tenants: { total: 8, stale: ['aaa-new'] } });
  });

  it('I-14: success for everybody on the cached old image proves nothing', async () => {
    const world = await lane.world({ fleet: { verify: QUICK } });
    staleSuccess(world, ...world.sim.tenants.fleet.slugs());
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('hongming is stale') as string,
    });
    expect(world.calls()).toHaveLength(1);
  });

  it('I-14: success behind the canary on the cached old image proves nothing either', async () => {
    const world = await lane.world({ fleet: { verify: QUICK } });
    staleSuccess(world, 'tenant-002', 'tenant-003', 'tenant-004');
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({
      outcome: 'failed',
      tenants: { stale: ['tenant-002', 'tenant-003', 'tenant-004'] },
    });
  });

  it('I-14: a control plane too old to claim anything is believed no less', async () => {
    const world = await lane.world({ simulator: { oldControlPlane: true } });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
  });

  it('I-16: the old build that the edge serves for a while is waited for within the settle budget', async () => {
    const world = await lane.world({
      simulator: { settleMs: 700 },
      fleet: { verify: { settle: '20s', interval: '100ms' } },
    });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
  });

  it('I-16: after the settle budget it is stale', async () => {
    const world = await lane.world({
      simulator: { settleMs: (slug) => (slug === 'tenant-003' ? 600_000 : 0) },
      fleet: { verify: QUICK, rollout: { maxStragglers: 0 } },
    });
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({ outcome: 'failed', tenants: { stale: ['tenant-003'] } });
  });

  it('asks no more tenants at once than the limit says', async () => {
    const world = await lane.world({
      simulator: { tenants: 60, answerMs: 20 },
      fleet: { verify: { ...QUICK, concurrency: 5 }, rollout: { batchSize: 60 } },
    });
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
    expect(world.sim.tenants.fleet.mostReading).toBe(5);
  });
});

describe.concurrent('tenants that are torn down', () => {
  it('I-17: before their wave are gone, not stragglers', async () => {
    const world = await lane.world({ fleet: { verify: QUICK, rollout: { maxStragglers: 0 } } });
    const release = world.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'hold' });
    const end = world.deploy(world.green());
    await world.sim.journal.until('control-plane', { dryRun: false }, 45_000);
    world.sim.tenants.fleet.remove('tenant-003');
    release();
    expect(await end).toMatchObject({
      outcome: 'deployed',
      tenants: { total: 6, onTarget: 6, gone: ['tenant-003'], unreachable: [], missing: [] },
    });
  });

  it('I-17: right after the last enumeration has listed them are gone, not stragglers', async () => {
    const world = await lane.world({ fleet: { verify: QUICK, rollout: { maxStragglers: 0 } } });
    // Listed by the survey; listed again by the final look, and torn down by then.
    world.sim.fault({
      where: 'control-plane',
      slug: 'tenant-006',
      kind: 'gone',
      dryRun: true,
      after: 1,
      times: 1,
    });
    expect(await world.deploy(world.green())).toMatchObject({
      outcome: 'deployed',
      tenants: { total: 6, onTarget: 6, gone: ['tenant-006'], unreachable: [] },
    });
  });

  it('I-17: are stragglers when nobody can say whether they are gone', async () => {
    const world = await lane.world({ fleet: { verify: QUICK, rollout: { maxStragglers: 0 } } });
    const release = world.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'hold' });
    const end = world.deploy(world.green());
    await world.sim.journal.until('control-plane', { dryRun: false }, 45_000);
    world.sim.tenants.fleet.remove('tenant-003');
    world.sim.fault({ where: 'control-plane', kind: 'status', status: 400, dryRun: true });
    release();
    const { outcome, tenants } = await end;
    expect(outcome).toBe('failed');
    expect([...tenants.missing, ...tenants.unreachable]).toEqual(['tenant-003']);
  });

  it.each([
    [6, ['tenant-002', 'tenant-003', 'tenant-004'], 'failed'],
    [7, ['tenant-002', 'tenant-003', 'tenant-004', 'tenant-005'], 'failed'],
    [7, ['tenant-002', 'tenant-003', 'tenant-004'], 'deployed'],
  ] as const)('I-17: of %i tenants %j unreachable: %s', async (tenants, slugs, outcome) => {
    const world = await lane.world({
      simulator: { tenants },
      fleet: { verify: QUICK, rollout: { maxStragglers: 6, batchSize: 7 } },
    });
    unreachableAtVerification(world, ...slugs);
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe(outcome);
    expect(end.reason.includes('an outage')).toBe(outcome === 'failed');
    expect(end.tenants.unreachable).toEqual(slugs);
  });

  it('fail the deploy when nobody is left', async () => {
    const world = await lane.world({ fleet: { verify: QUICK } });
    const results = world.sim.tenants.fleet.slugs().map((slug) => ({ slug, ssm_status: 'DryRun' }));
    world.sim.fault({
      where: 'control-plane',
      kind: 'wrong-json',
      body: { ok: true, results },
      dryRun: true,
      times: 1,
    });
    world.sim.fault({
      where: 'control-plane',
      kind: 'wrong-json',
      body: { ok: true, results: [] },
      dryRun: true,
    });
    expect((await world.deploy(world.green())).outcome).toBe('failed');
  });
});
