import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { call, redeploy, tagOf } from '../calls.ts';

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

const census = (): Record<string, number> => sim.tenants.fleet.census();

describe('refused without any effect', () => {
  test('a missing or wrong token: 401', async () => {
    const body = { target_tag: tagOf(sha), only_slugs: ['a'] };
    expect((await redeploy(sim, body, { headers: { authorization: 'Bearer wrong-token' } })).status).toBe(
      401,
    );
    expect((await redeploy(sim, body, { headers: { authorization: '' } })).status).toBe(401);
    expect(census()).toEqual({ [before]: 4 });
    expect(
      sim.journal.calls('control-plane', { authorizationOk: false, effect: false, status: 401 }),
    ).toHaveLength(2);
    expect(JSON.stringify(sim.journal)).not.toContain('wrong-token');
  });

  test.each([
    ['no confirm', { confirm: undefined, only_slugs: ['a'] }],
    ['confirm that is not true', { confirm: 'yes', only_slugs: ['a'] }],
    ['an empty list', { only_slugs: [] }],
    ['no tag', { target_tag: undefined, only_slugs: ['a'] }],
    ['a list of other things', { only_slugs: [1] }],
  ])('I-18: %s is a 400', async (_name, change) => {
    const reply = await redeploy(sim, { target_tag: tagOf(sha), ...change });
    expect(reply).toMatchObject({ status: 400, body: { ok: false } });
    expect(census()).toEqual({ [before]: 4 });
  });

  test('a body that is no JSON: 400; another path: 404; another method: 405', async () => {
    const url = `${sim.controlPlane.url}/cp/admin/tenants/redeploy-fleet`;
    const headers = { authorization: `Bearer ${sim.tokens.controlPlane}` };
    expect((await call(url, { method: 'POST', headers, body: '{' })).status).toBe(400);
    expect((await call(`${url}/x`, { method: 'POST', headers, body: {} })).status).toBe(404);
    expect((await call(url, { headers })).status).toBe(405);
  });
});

test('a dry run lists every tenant and touches none', async () => {
  const reply = await redeploy(sim, { target_tag: tagOf(sha), dry_run: true, canary_slug: 'canary' });
  const row = { ssm_status: 'DryRun', ssm_exit_code: 0, healthz_ok: false };
  expect(reply.body).toEqual({
    ok: true,
    results: [
      { slug: 'canary', phase: 'canary', ...row },
      ...['a', 'b', 'c'].map((slug) => ({ slug, phase: 'fleet', ...row })),
    ],
  });
  expect(census()).toEqual({ [before]: 4 });
});

test('a wave swaps the tenants it names; names nobody knows are skipped without a word', async () => {
  const reply = await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['b', 'nobody', 'a'] });
  const row = {
    phase: 'fleet',
    ssm_status: 'Success',
    ssm_exit_code: 0,
    healthz_ok: true,
    verified_on_target: true,
  };
  expect(reply).toMatchObject({
    status: 200,
    body: {
      ok: true,
      results: [
        { slug: 'b', ...row },
        { slug: 'a', ...row },
      ],
    },
  });
  expect(sim.tenants.fleet.running()).toEqual({ canary: before, a: sha, b: sha, c: before });
});

test('without only_slugs it really is the whole fleet', async () => {
  await redeploy(sim, { target_tag: tagOf(sha) });
  expect(census()).toEqual({ [sha]: 4 });
});

test('the journal has all that was sent, and what it did', async () => {
  await redeploy(
    sim,
    { target_tag: tagOf(sha), only_slugs: ['a', 'b'] },
    {
      headers: { 'x-deploy-epoch': '12', 'idempotency-key': 'deploy/1', 'user-agent': 'greenlane/1' },
    },
  );
  const [entry] = sim.journal.calls('control-plane', { dryRun: false });
  expect(entry).toMatchObject({
    method: 'POST',
    path: '/cp/admin/tenants/redeploy-fleet',
    epoch: 12,
    idempotencyKey: 'deploy/1',
    userAgent: 'greenlane/1',
    slugs: ['a', 'b'],
    touched: ['a', 'b'],
    targetTag: tagOf(sha),
    authorizationOk: true,
    effect: true,
    status: 200,
    body: { target_tag: tagOf(sha), confirm: true, only_slugs: ['a', 'b'] },
  });
  expect(entry?.endAt).toBeGreaterThanOrEqual(entry?.at ?? Infinity);
  expect(sim.controlPlane.highestEpoch).toBe(12);
  expect(sim.tenants.fleet.moves).toMatchObject([
    { slug: 'a', from: before, to: sha, seq: entry?.seq },
    { slug: 'b', from: before, to: sha, seq: entry?.seq },
  ]);
});

describe('a repeated Idempotency-Key', () => {
  const again = (key: string, slugs: string[]) =>
    redeploy(sim, { target_tag: tagOf(sha), only_slugs: slugs }, { headers: { 'idempotency-key': key } });

  test('is done again by a control plane that does not know it', async () => {
    await again('k', ['a']);
    await again('k', ['a']);
    expect(sim.journal.calls('control-plane', { effect: true })).toHaveLength(2);
  });

  test('gets the first answer from one that does, also while the first call still runs', async () => {
    sim.settings.idempotent = true;
    sim.settings.perTenantMs = 60;
    const [one, two] = await Promise.all([again('k', ['a']), again('k', ['a'])]);
    const three = await again('k', ['a']);
    expect(two.body).toEqual(one.body);
    expect(three.body).toEqual(one.body);
    expect(sim.journal.calls('control-plane', { effect: true })).toHaveLength(1);
    expect((await again('k', ['b'])).status).toBe(422);
    expect((await again('other', ['b'])).status).toBe(200);
  });
});

test('an epoch below the highest is refused with 409 when the fence is up, and only then', async () => {
  const at = (epoch: number) =>
    redeploy(
      sim,
      { target_tag: tagOf(sha), only_slugs: ['a'] },
      { headers: { 'x-deploy-epoch': String(epoch) } },
    );
  await at(5);
  expect((await at(4)).status).toBe(200);
  sim.settings.fenceEpochs = true;
  const refused = await at(4);
  expect(refused.status).toBe(409);
  expect(sim.journal.calls('control-plane').at(-1)).toMatchObject({ effect: false, status: 409, epoch: 4 });
  expect((await at(5)).status).toBe(200);
  expect((await at(6)).status).toBe(200);
});

test('an old control plane does not send verified_on_target', async () => {
  sim.settings.oldControlPlane = true;
  const reply = await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a'] });
  expect(reply.text).not.toContain('verified_on_target');
});

test('planted secrets are where a real control plane might leak them', async () => {
  sim.settings.plant = 'PLANTED';
  sim.fault({ where: 'control-plane', slug: 'a', kind: 'reject' });
  const reply = await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a'] });
  const body = reply.body as { error: string; results: { error: string }[] };
  expect(body.error).toContain('PLANTED');
  expect(body.results[0]?.error).toContain('PLANTED');
  expect(reply.headers['x-upstream-authorization']).toBe('PLANTED');
});
