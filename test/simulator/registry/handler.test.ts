import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import type { CallOptions } from '../calls.ts';
import { call, tagOf } from '../calls.ts';

let sim: Simulator;

beforeEach(async () => {
  sim = await startSimulator({ tenants: 1 });
});
afterEach(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

const manifest = (reference: string, options: CallOptions = {}, name = 'acme/core') =>
  call(`${sim.registry.url}/v2/${name}/manifests/${reference}`, options);

test('HEAD and GET give the same digest, which is found too', async () => {
  const tag = tagOf(sim.forge.push());
  const head = await manifest(tag, { method: 'HEAD' });
  const get = await manifest(tag);
  const digest = String(get.headers['docker-content-digest']);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(head).toMatchObject({ status: 200, text: '' });
  expect(head.headers['docker-content-digest']).toBe(digest);
  expect(head.headers['content-length']).toBe(get.headers['content-length']);
  expect(get.headers['content-type']).toBe('application/vnd.oci.image.manifest.v1+json');
  expect((await manifest(digest)).text).toBe(get.text);
});

test('a tag that is not there, or is withheld, is a 404; so is another repository', async () => {
  const tag = tagOf(sim.forge.head());
  expect(await manifest('nope')).toMatchObject({
    status: 404,
    body: { errors: [{ code: 'MANIFEST_UNKNOWN' }] },
  });
  sim.registry.images.withhold(tag);
  expect((await manifest(tag)).status).toBe(404);
  sim.registry.images.publish(tag, sim.forge.head());
  expect((await manifest(tag)).status).toBe(200);
  expect(await manifest(tag, {}, 'acme/other')).toMatchObject({
    status: 404,
    body: { errors: [{ code: 'NAME_UNKNOWN' }] },
  });
});

test('a manifest put under a pointer tag moves it, and tenants get that image', async () => {
  const tag = tagOf(sim.forge.push());
  const get = await manifest(tag);
  const headers = { 'content-type': String(get.headers['content-type']) };
  const put = await manifest('latest', { method: 'PUT', body: get.text, headers });
  expect(put.status).toBe(201);
  expect(put.headers['docker-content-digest']).toBe(get.headers['docker-content-digest']);
  expect((await manifest('latest', { method: 'HEAD' })).headers['docker-content-digest']).toBe(
    get.headers['docker-content-digest'],
  );
  expect(sim.registry.images.release('latest')).toEqual({ sha: sim.forge.head() });
  expect(sim.journal.calls('registry', { effect: true })).toHaveLength(1);
});

test('with authentication: challenge, token, answer; a token for pulling does not push', async () => {
  sim.settings.registryAuth = true;
  const tag = tagOf(sim.forge.head());
  const refused = await manifest(tag);
  expect(refused.status).toBe(401);
  const header = String(refused.headers['www-authenticate']);
  const { realm, service, scope } =
    /^Bearer realm="(?<realm>[^"]+)",service="(?<service>[^"]+)",scope="(?<scope>[^"]+)"$/.exec(header)
      ?.groups ?? {};
  expect(scope).toBe('repository:acme/core:pull');
  const granted = await call(`${realm}?service=${service}&scope=${scope}`);
  const { token } = granted.body as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const get = await manifest(tag, { headers });
  expect(get.status).toBe(200);
  const push = await manifest('latest', { method: 'PUT', body: get.text, headers });
  expect(push.status).toBe(401);
  expect(String(push.headers['www-authenticate'])).toContain('repository:acme/core:pull,push');
  expect((await call(`${sim.registry.url}/v2/`)).status).toBe(401);
  expect((await manifest(tag, { headers: { authorization: 'Bearer made-up' } })).status).toBe(401);
  expect(JSON.stringify(sim.journal)).not.toContain(token);
});
