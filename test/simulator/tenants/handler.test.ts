import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { buildinfo, call, redeploy, tagOf } from '../calls.ts';

let sim: Simulator;
let before: string;

beforeEach(async () => {
  sim = await startSimulator({ tenants: 3 });
  before = sim.forge.head();
});
afterEach(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

test('a counted fleet starts with the default canary', () => {
  expect(sim.tenants.fleet.slugs()).toEqual(['hongming', 'tenant-002', 'tenant-003']);
});

test('a tenant answers what it runs, a name nobody has is a 404', async () => {
  expect(await buildinfo(sim, 'hongming')).toMatchObject({ status: 200, body: { git_sha: before } });
  for (const path of ['/t/nobody/buildinfo', '/t/hongming/other', '/t/hongming', '/t/', '/t']) {
    expect((await call(`${sim.url}${path}`)).status, path).toBe(404);
  }
});

test('I-16: right after a swap the old SHA is still answered, for the settle time', async () => {
  sim.settings.settleMs = 500;
  const sha = sim.forge.push();
  await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['hongming'] });
  expect((await buildinfo(sim, 'hongming')).body).toEqual({ git_sha: before });
  expect(sim.tenants.fleet.get('hongming')?.sha).toBe(sha);
  await expect.poll(async () => (await buildinfo(sim, 'hongming')).body).toEqual({ git_sha: sha });
});

test('healthz follows the last redeploy', async () => {
  const sha = sim.forge.push();
  const healthz = (): ReturnType<typeof call> => call(sim.tenants.healthzUrl.replace('{slug}', 'hongming'));
  const body = { target_tag: tagOf(sha), only_slugs: ['hongming'] };
  expect(await healthz()).toMatchObject({ status: 200, body: { ok: true } });
  sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'unhealthy', times: 1 });
  await redeploy(sim, body);
  expect(await healthz()).toMatchObject({ status: 503, body: { ok: false } });
  await redeploy(sim, body);
  expect((await healthz()).status).toBe(200);
});

test('reads are counted, with how many there were at once', async () => {
  sim.settings.answerMs = 50;
  await Promise.all(['hongming', 'tenant-002', 'tenant-003'].map((slug) => buildinfo(sim, slug)));
  expect(sim.tenants.fleet.mostReading).toBe(3);
  expect(sim.tenants.fleet.reading).toBe(0);
  expect(sim.tenants.fleet.get('hongming')?.reads).toBe(1);
  expect(sim.journal.tenantReads).toBe(3);
  expect(sim.journal.calls('tenant', { slugs: ['tenant-002'] })).toMatchObject([{ status: 200 }]);
});

test('reads of a large fleet are counted without entries', async () => {
  const large = await startSimulator({ tenants: 3000 });
  await buildinfo(large, 'tenant-3000');
  expect(large.journal.tenantReads).toBe(1);
  expect(large.journal).toHaveLength(0);
  expect(large.tenants.fleet.get('tenant-3000')?.reads).toBe(1);
  await large.close();
});

test('a torn-down tenant is neither enumerated nor there, a new one is both', async () => {
  sim.tenants.fleet.remove('tenant-002');
  sim.tenants.fleet.add('newcomer', before);
  expect((await buildinfo(sim, 'tenant-002')).status).toBe(404);
  expect((await buildinfo(sim, 'newcomer')).status).toBe(200);
  const { body } = await redeploy(sim, { target_tag: tagOf(before), dry_run: true });
  expect((body as { results: { slug: string }[] }).results.map((row) => row.slug)).toEqual([
    'hongming',
    'tenant-003',
    'newcomer',
  ]);
});
