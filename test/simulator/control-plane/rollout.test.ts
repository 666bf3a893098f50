import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { abandon, redeploy, tagOf } from '../calls.ts';

let sim: Simulator;
let before: string;
let sha: string;

beforeEach(async () => {
  sim = await startSimulator({ tenants: ['canary', 'a', 'b', 'c'] });
  before = sim.forge.head();
  sha = sim.forge.push();
});
afterEach(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

describe('time', () => {
  test('the tenants of a call run in parallel, and the answer waits for the slowest', async () => {
    sim.settings.perTenantMs = (slug) => (slug === 'b' ? 400 : 20);
    const start = Date.now();
    await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a', 'b', 'c'] });
    expect(Date.now() - start).toBeGreaterThanOrEqual(395);
    const [first, , last] = sim.tenants.fleet.moves;
    expect([first?.slug, last?.slug]).toEqual(['a', 'b']);
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(100);
  });

  test('a call keeps its effect when its client goes away', async () => {
    sim.settings.perTenantMs = 1_000;
    const body = { target_tag: tagOf(sha), only_slugs: ['a'] };
    await abandon(
      () => sim.journal.until('control-plane'),
      (signal) => redeploy(sim, body, { signal }),
    );
    expect(sim.tenants.fleet.get('a')?.sha).toBe(before);
    await expect.poll(() => sim.tenants.fleet.get('a')?.sha).toBe(sha);
    const [entry] = sim.journal.calls('control-plane');
    expect(entry).toMatchObject({ effect: true, touched: ['a'] });
    expect(entry?.status).toBeUndefined();
  });
});

describe('tags', () => {
  test('a tag that stands for nothing fails every tenant and moves none', async () => {
    const reply = await redeploy(sim, { target_tag: 'staging-0000000', only_slugs: ['a', 'b'] });
    expect(reply.body).toMatchObject({
      ok: false,
      error: '2 of 2 tenants failed',
      results: [{ slug: 'a', ssm_status: 'Failed', ssm_exit_code: 1, healthz_ok: false }, { slug: 'b' }],
    });
    expect(sim.tenants.fleet.census()).toEqual({ [before]: 4 });
  });

  test('I-20: while the image is not visible, tenants report success on the image they had', async () => {
    sim.registry.images.withhold(tagOf(sha));
    const reply = await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a'] });
    expect(reply.body).toMatchObject({ ok: true, results: [{ slug: 'a', ssm_status: 'Success' }] });
    expect(sim.tenants.fleet.get('a')?.sha).toBe(before);
  });

  test('I-28: a moving tag is whatever it was last set to', async () => {
    const old = sim.forge.commit({ parent: before });
    sim.registry.images.publish('latest', old);
    await redeploy(sim, { target_tag: 'latest', only_slugs: ['a'] });
    expect(sim.tenants.fleet.get('a')?.sha).toBe(old);
  });
});

describe('the server by itself, without only_slugs', () => {
  const whole = (more: Record<string, unknown>) =>
    redeploy(sim, { target_tag: tagOf(sha), canary_slug: 'canary', ...more });

  test('takes the canary first, soaks, and goes on in batches', async () => {
    sim.settings.perTenantMs = 20;
    const reply = await whole({ soak_seconds: 0.1, batch_size: 2 });
    expect(reply.body).toMatchObject({
      ok: true,
      results: [{ slug: 'canary', phase: 'canary' }, { slug: 'a', phase: 'fleet' }, {}, {}],
    });
    const at = Object.fromEntries(sim.tenants.fleet.moves.map((move) => [move.slug, move.at]));
    expect(Number(at['a']) - Number(at['canary'])).toBeGreaterThan(100);
    expect(Number(at['c']) - Number(at['b'])).toBeGreaterThan(10);
  });

  test('stops after an unhealthy canary', async () => {
    sim.fault({ where: 'control-plane', slug: 'canary', kind: 'unhealthy' });
    expect((await whole({ batch_size: 1 })).body).toMatchObject({
      ok: false,
      results: [{ slug: 'canary', healthz_ok: false }],
    });
    expect(sim.tenants.fleet.census()).toEqual({ [before]: 3, [sha]: 1 });
  });

  test('stops when there are more stragglers than it may have', async () => {
    sim.fault({ where: 'control-plane', slug: 'a', kind: 'reject' });
    await whole({ batch_size: 1, max_stragglers: 0 });
    expect(sim.tenants.fleet.running()).toEqual({ canary: sha, a: before, b: before, c: before });
    await whole({ batch_size: 1, max_stragglers: 1 });
    expect(sim.tenants.fleet.running()).toEqual({ canary: sha, a: before, b: sha, c: sha });
  });

  test('I-15: takes everybody at once when the canary is not there', async () => {
    sim.settings.perTenantMs = 20;
    await whole({ canary_slug: 'renamed', soak_seconds: 60, batch_size: 1 });
    expect(sim.tenants.fleet.census()).toEqual({ [sha]: 4 });
  });
});
