import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { buildinfo, call, redeploy, tagOf } from './calls.ts';

test('two simulators with the same seed have the same commits', async () => {
  const [one, two] = await Promise.all([
    startSimulator({ tenants: 1, seed: 42 }),
    startSimulator({ tenants: 1, seed: 42 }),
  ]);
  expect(one.forge.push()).toBe(two.forge.push());
  expect(one.url).not.toBe(two.url);
  await Promise.all([one.close(), two.close()]);
});

test('every address is on loopback', async () => {
  const sim = await startSimulator({ tenants: 1 });
  const { repo, branch, ...urls } = sim.addresses;
  expect([repo, branch]).toEqual(['acme/core', 'main']);
  for (const url of Object.values(urls)) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+/);
  await sim.close();
});

test('a port in use, and a repository that is none, are said in one line', async () => {
  const sim = await startSimulator({ tenants: 1 });
  const port = Number(new URL(sim.url).port);
  await expect(startSimulator({ tenants: 1, port })).rejects.toThrow(`Port ${port} is in use`);
  await expect(startSimulator({ tenants: 1, repo: 'core' })).rejects.toThrow('owner/name');
  await sim.close();
});

test('closing ends calls under way, and nothing moves after it', async () => {
  const sim = await startSimulator({ tenants: ['a', 'b'], perTenantMs: 300 });
  const before = sim.forge.head();
  const sha = sim.forge.push();
  const running = redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a'] });
  sim.fault({ where: 'tenant', kind: 'hang' });
  const hanging = buildinfo(sim, 'b');
  const ends = Promise.allSettled([running, hanging]);
  await sim.journal.until('tenant');
  await sim.close();
  expect((await ends).map((end) => end.status)).toEqual(['rejected', 'rejected']);
  await new Promise((resolve) => setTimeout(resolve, 350));
  expect(sim.tenants.fleet.census()).toEqual({ [before]: 2 });
});

test('the clock of the answers can be wrong', async () => {
  const sim = await startSimulator({ tenants: 1, clockSkewMs: 3_600_000 });
  const date = Date.parse(String((await buildinfo(sim, 'hongming')).headers['date']));
  expect(date - Date.now()).toBeGreaterThan(3_500_000);
  await sim.close();
});

test('nothing a client sends or leaves unsent brings the simulator down', async () => {
  const sim = await startSimulator({ tenants: 1 });
  const port = Number(new URL(sim.url).port);
  const raw = (bytes: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(bytes);
        setTimeout(() => {
          socket.destroy();
          resolve();
        }, 20);
      });
      socket.on('error', () => undefined);
    });
  await raw('not http at all\r\n\r\n');
  await raw(
    'POST /cp/admin/tenants/redeploy-fleet HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"half":',
  );
  await raw('GET /t/ HTTP/1.1\r\nHost: x\r\n\r\n');
  await raw('POST /hooks/default HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n');
  for (const path of [
    '/',
    '/%',
    '/forge/api/v1/%E0%A4%A',
    '/v2/x/manifests/%',
    '/__sim/nope',
    '/github/',
    '/cp/',
  ]) {
    expect((await call(sim.url + path)).status, path).toBeGreaterThanOrEqual(400);
  }
  expect((await buildinfo(sim, 'hongming')).status).toBe(200);
  expect(sim.errors).toEqual([]);
  await sim.close();
});

test('a fleet of 100,000 is enumerated and redeployed whole', async () => {
  const sim = await startSimulator({ tenants: 100_000 });
  const sha = sim.forge.push();
  const listed = await redeploy(sim, { target_tag: tagOf(sha), dry_run: true });
  expect((listed.body as { results: unknown[] }).results).toHaveLength(100_000);
  expect(sim.journal.calls('control-plane')[0]?.touched).toBeUndefined();
  expect((await redeploy(sim, { target_tag: tagOf(sha) })).body).toMatchObject({ ok: true });
  expect(sim.tenants.fleet.census()).toEqual({ [sha]: 100_000 });
  await sim.close();
});
