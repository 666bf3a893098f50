import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { request } from 'undici';
import type { Fault, Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import type { CallOptions, Reply } from '../calls.ts';
import { abandon, buildinfo, call, gitea, github, redeploy, tagOf } from '../calls.ts';

let sim: Simulator;
let before: string;
let sha: string;

beforeEach(async () => {
  sim = await startSimulator({ tenants: ['a', 'b'] });
  before = sim.forge.head();
  sha = sim.forge.push();
});
afterEach(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

const wave = (options: CallOptions = {}): Promise<Reply> =>
  redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a'] }, options);
/** A wave whose client goes away after it arrived. */
const abandonedWave = (): Promise<void> =>
  abandon(
    () => sim.journal.until('control-plane'),
    (signal) => wave({ signal }),
  );
const runs = (): string | undefined => sim.tenants.fleet.get('a')?.sha;
const last = () => sim.journal.calls('control-plane').at(-1);
const where = 'control-plane';

describe('the answer of a control-plane call', () => {
  test('status: with headers and body, and no effect', async () => {
    sim.fault({ where, kind: 'status', status: 503, headers: { 'retry-after': '2' }, body: 'later' });
    const reply = await wave();
    expect(reply).toMatchObject({ status: 503, text: 'later', headers: { 'retry-after': '2' } });
    expect(runs()).toBe(before);
    expect(last()).toMatchObject({ status: 503, effect: false, fault: 'status' });
  });

  test('status with effect: a gateway gave up while the work was done', async () => {
    sim.fault({ where, kind: 'status', status: 504, effect: true });
    expect((await wave()).status).toBe(504);
    expect(runs()).toBe(sha);
    expect(last()).toMatchObject({ status: 504, effect: true, touched: ['a'] });
  });

  test('html: a page, with 200 unless told otherwise', async () => {
    sim.fault({ where, kind: 'html', times: 1 });
    const reply = await wave();
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toMatch('text/html');
    expect(reply.text).toMatch('<html>');
    sim.fault({ where, kind: 'html', status: 502 });
    expect((await wave()).status).toBe(502);
    expect(runs()).toBe(before);
  });

  test('hang: until the client goes, without effect', async () => {
    sim.fault({ where, kind: 'hang' });
    await abandonedWave();
    expect(runs()).toBe(before);
    await expect.poll(() => last()?.endAt).toBeDefined();
    expect(last()?.status).toBeUndefined();
  });

  test('hang with effect: the work was done, nobody heard of it', async () => {
    sim.fault({ where, kind: 'hang', effect: true });
    await abandonedWave();
    await expect.poll(runs).toBe(sha);
  });

  test('drop-before: the connection ends before the effect', async () => {
    sim.fault({ where, kind: 'drop-before' });
    await expect(wave()).rejects.toThrow();
    expect(runs()).toBe(before);
  });

  test('drop-after: the connection ends after the effect', async () => {
    sim.fault({ where, kind: 'drop-after' });
    await expect(wave()).rejects.toThrow();
    expect(runs()).toBe(sha);
    expect(last()).toMatchObject({ effect: true, fault: 'drop-after' });
    expect(last()?.status).toBeUndefined();
  });

  test('truncated-json: a whole HTTP answer with half the JSON, after the effect', async () => {
    sim.fault({ where, kind: 'truncated-json' });
    const reply = await wave();
    expect(reply).toMatchObject({ status: 200, body: undefined });
    expect(reply.text).toMatch(/^\{"ok":true,/);
    expect(runs()).toBe(sha);
  });

  test('truncated-json, cut: the connection ends in the middle of the announced body', async () => {
    sim.fault({ where, kind: 'truncated-json', cut: true });
    await expect(wave()).rejects.toThrow();
    expect(runs()).toBe(sha);
  });

  test('wrong-json: any body, after the effect or without it', async () => {
    sim.fault({ where, kind: 'wrong-json', body: { ok: 'maybe' }, effect: false, times: 1 });
    expect((await wave()).body).toEqual({ ok: 'maybe' });
    expect(runs()).toBe(before);
    sim.fault({ where, kind: 'wrong-json', body: [1], status: 201 });
    expect(await wave()).toMatchObject({ status: 201, body: [1] });
    expect(runs()).toBe(sha);
  });

  test('huge: a body without an end, until the client has enough', async () => {
    sim.fault({ where, kind: 'huge' });
    const response = await request(`${sim.url}/cp/admin/tenants/redeploy-fleet`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sim.tokens.controlPlane}` },
      body: JSON.stringify({ target_tag: tagOf(sha), confirm: true, only_slugs: ['a'] }),
    });
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > 5_000_000) break;
    }
    expect(size).toBeGreaterThan(5_000_000);
    await expect.poll(() => last()?.endAt).toBeDefined();
  });

  test('redirect: to any address, with 307 unless told otherwise', async () => {
    sim.fault({ where, kind: 'redirect', to: `${sim.hooks.url}/thief` });
    expect(await wave()).toMatchObject({ status: 307, headers: { location: `${sim.hooks.url}/thief` } });
    expect(runs()).toBe(before);
    expect(sim.journal.calls('hook')).toEqual([]);
  });

  test('slow: so many ms longer, then as ever', async () => {
    sim.fault({ where, kind: 'slow', ms: 120 });
    const start = Date.now();
    expect((await wave()).status).toBe(200);
    expect(Date.now() - start).toBeGreaterThanOrEqual(115);
    expect(last()).toMatchObject({ fault: 'slow', effect: true });
  });

  test('I-10: slow with a slug: only that tenant is longer under way', async () => {
    sim.fault({ where, slug: 'a', kind: 'slow', ms: 500 });
    const healthyMajority = (): Promise<void> =>
      expect.poll(() => sim.tenants.fleet.running(), { interval: 5 }).toEqual({ a: before, b: sha });
    await abandon(healthyMajority, (signal) =>
      redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a', 'b'] }, { signal }),
    );
    expect(runs()).toBe(before);
    await expect.poll(runs).toBe(sha);
  });

  test('hold: waits until the fault is taken away, then goes on', async () => {
    const release = sim.fault({ where, kind: 'hold', times: 1 });
    const held = wave();
    await sim.journal.until(where, { targetTag: tagOf(sha) });
    // Only the first call is held.
    expect((await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['b'] })).status).toBe(200);
    expect(runs()).toBe(before);
    release();
    expect((await held).status).toBe(200);
    expect(runs()).toBe(sha);
  });
});

describe('one tenant of a control-plane call', () => {
  const both = async (): Promise<{ ok: boolean; results: Record<string, unknown>[] }> =>
    (await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a', 'b'] })).body as never;
  const strike = (fault: object): void => {
    sim.fault({ where, slug: 'a', ...fault } as Fault);
  };

  test('leave-out: missing from the results, and not touched', async () => {
    strike({ kind: 'leave-out' });
    expect(await both()).toMatchObject({ ok: true, results: [{ slug: 'b' }] });
    expect(runs()).toBe(before);
    expect((await redeploy(sim, { target_tag: tagOf(sha), dry_run: true })).text).toContain('"a"');
  });

  test('leave-out from the enumeration, when it says dryRun', async () => {
    strike({ kind: 'leave-out', dryRun: true });
    expect((await redeploy(sim, { target_tag: tagOf(sha), dry_run: true })).text).not.toContain('"a"');
    expect((await both()).results).toHaveLength(2);
  });

  test('stale-success: reported success, still on the old image', async () => {
    strike({ kind: 'stale-success' });
    expect(await both()).toMatchObject({
      ok: true,
      results: [{ slug: 'a', ssm_status: 'Success', verified_on_target: true }, {}],
    });
    expect(runs()).toBe(before);
  });

  test('stale-success as an honest or an old control plane tells it', async () => {
    strike({ kind: 'stale-success', verifiedOnTarget: false, times: 1 });
    expect(await both()).toMatchObject({
      ok: false,
      results: [{ verified_on_target: false, healthz_ok: true }, {}],
    });
    strike({ kind: 'stale-success', verifiedOnTarget: null });
    expect((await both()).results[0]).not.toHaveProperty('verified_on_target');
  });

  test('unhealthy: on the new image, but not well', async () => {
    strike({ kind: 'unhealthy' });
    expect(await both()).toMatchObject({
      ok: false,
      results: [{ slug: 'a', healthz_ok: false }, { healthz_ok: true }],
    });
    expect(runs()).toBe(sha);
  });

  test('gone: torn down by the end of the call', async () => {
    strike({ kind: 'gone' });
    await both();
    expect((await buildinfo(sim, 'a')).status).toBe(404);
    expect((await both()).results).toMatchObject([{ slug: 'b' }]);
  });

  test('I-17: gone right after it was enumerated', async () => {
    strike({ kind: 'gone', dryRun: true });
    expect((await redeploy(sim, { target_tag: tagOf(sha), dry_run: true })).text).toContain('"a"');
    expect((await buildinfo(sim, 'a')).status).toBe(404);
  });

  test('reject: an error of its own, untouched', async () => {
    strike({ kind: 'reject', error: 'wedged volume' });
    expect(await both()).toMatchObject({
      ok: false,
      results: [{ slug: 'a', ssm_status: 'Failed', error: 'wedged volume' }, {}],
    });
    expect(runs()).toBe(before);
  });

  test('moved: somebody else moves it in the same breath', async () => {
    const newer = sim.forge.push();
    strike({ kind: 'moved', sha: newer });
    expect(await both()).toMatchObject({ ok: true });
    expect(runs()).toBe(newer);
  });

  test('dev-build: the new image has no SHA in it', async () => {
    strike({ kind: 'dev-build' });
    await both();
    expect((await buildinfo(sim, 'a')).body).toEqual({ git_sha: 'dev' });
  });

  test('without a slug every tenant is struck', async () => {
    sim.fault({ where, kind: 'stale-success' });
    expect(await both()).toMatchObject({ ok: true, results: [{ slug: 'a' }, { slug: 'b' }] });
    expect(sim.tenants.fleet.census()).toEqual({ [before]: 2 });
  });
});

describe("a tenant's own endpoints", () => {
  const strike = (fault: object): void => {
    sim.fault({ where: 'tenant', slug: 'a', ...fault } as Fault);
  };

  test.each([
    [{ kind: 'status', status: 500 }, { status: 500 }],
    [{ kind: 'html', status: 403 }, { status: 403 }],
    [
      { kind: 'wrong-json', body: { git_sha: 7 } },
      { status: 200, body: { git_sha: 7 } },
    ],
    [{ kind: 'truncated-json' }, { status: 200, body: undefined }],
    [{ kind: 'redirect', to: 'http://127.0.0.1:1/' }, { status: 307 }],
    [{ kind: 'dev-build' }, { status: 200, body: { git_sha: 'dev' } }],
    [{ kind: 'gone', status: 404 }, { status: 404 }],
  ])('%o, and the neighbour is well', async (fault, wanted) => {
    strike(fault);
    expect(await buildinfo(sim, 'a')).toMatchObject(wanted);
    expect(await buildinfo(sim, 'b')).toMatchObject({ status: 200, body: { git_sha: before } });
    expect(sim.journal.calls('tenant', { slugs: ['a'] })).toMatchObject([{ fault: fault.kind }]);
  });

  test.each([['drop-before'], ['drop-after'], ['gone']] as const)('%s: no answer at all', async (kind) => {
    strike({ kind });
    await expect(buildinfo(sim, 'a')).rejects.toThrow();
    expect((await buildinfo(sim, 'b')).status).toBe(200);
  });

  test('hang: until the client goes', async () => {
    strike({ kind: 'hang' });
    await abandon(
      () => sim.journal.until('tenant'),
      (signal) => call(`${sim.url}/t/a/buildinfo`, { signal }),
    );
    await expect.poll(() => sim.tenants.fleet.reading).toBe(0);
  });

  test('gone: not enumerated while it stands, and back when it is taken away', async () => {
    const back = sim.fault({ where: 'tenant', slug: 'a', kind: 'gone' });
    const enumerated = async (): Promise<boolean> =>
      (await redeploy(sim, { target_tag: tagOf(sha), dry_run: true })).text.includes('"a"');
    expect(await enumerated()).toBe(false);
    expect((await wave()).body).toEqual({ ok: true, results: [] });
    expect(runs()).toBe(before);
    back();
    expect(await enumerated()).toBe(true);
  });

  test('unhealthy: healthz, and what the control plane reports', async () => {
    strike({ kind: 'unhealthy' });
    expect((await call(`${sim.url}/t/a/healthz`)).status).toBe(503);
    expect((await wave()).body).toMatchObject({ ok: false, results: [{ healthz_ok: false }] });
    expect((await buildinfo(sim, 'a')).body).toEqual({ git_sha: sha });
  });

  test('moved: somebody else moved it, for good', async () => {
    strike({ kind: 'moved', sha, times: 1 });
    expect((await buildinfo(sim, 'a')).body).toEqual({ git_sha: sha });
    expect(runs()).toBe(sha);
  });

  test('stale-success: the edge still serves the build before', async () => {
    await wave();
    strike({ kind: 'stale-success', times: 1 });
    expect((await buildinfo(sim, 'a')).body).toEqual({ git_sha: before });
    expect((await buildinfo(sim, 'a')).body).toEqual({ git_sha: sha });
  });

  test('slow: so many ms longer', async () => {
    strike({ kind: 'slow', ms: 80 });
    const start = Date.now();
    await buildinfo(sim, 'a');
    expect(Date.now() - start).toBeGreaterThanOrEqual(75);
  });
});

describe('other places', () => {
  const places: [Fault['where'], () => Promise<Reply>][] = [
    ['forge.statuses', () => gitea(sim, `commits/${sha}/statuses`)],
    ['forge.combined-status', () => gitea(sim, `commits/${sha}/status`)],
    ['forge.branch', () => gitea(sim, 'branches/main')],
    ['forge.commit', () => gitea(sim, `git/commits/${sha}`)],
    ['forge.commit', () => github(sim, `commits/${sha}`)],
    ['forge.compare', () => gitea(sim, `compare/${before}...${sha}`)],
    ['forge.variable', () => gitea(sim, 'actions/variables/X', { token: sim.tokens.control })],
    [
      'forge.post-status',
      () => gitea(sim, `statuses/${sha}`, { method: 'POST', body: { state: 'pending', context: 'c' } }),
    ],
    ['forge.check-runs', () => github(sim, `commits/${sha}/check-runs`)],
    ['forge.branch', () => github(sim, 'branches/main')],
    ['forge', () => github(sim, 'branches/main')],
    ['forge.runners', () => gitea(sim, 'actions/runners')],
    ['registry', () => call(`${sim.url}/v2/acme/core/manifests/${tagOf(sha)}`)],
    ['hook', () => call(sim.hooks.url, { method: 'POST', body: {} })],
  ];

  test.each(places)('%s meets its own calls and no others', async (place, reach) => {
    const remove = sim.fault({ where: place, kind: 'status', status: 418 });
    expect((await reach()).status).toBe(418);
    expect((await buildinfo(sim, 'a')).status).toBe(200);
    expect((await wave()).status).toBe(200);
    remove();
    expect((await reach()).status).not.toBe(418);
  });

  test('a status posted into drop-after is stored, into drop-before is not', async () => {
    const post = (context: string): Promise<Reply> =>
      gitea(sim, `statuses/${sha}`, { method: 'POST', body: { state: 'pending', context } });
    sim.fault({ where: 'forge.post-status', kind: 'drop-after', times: 1 });
    sim.fault({ where: 'forge.post-status', kind: 'drop-before', times: 1 });
    await expect(post('after')).rejects.toThrow();
    await expect(post('before')).rejects.toThrow();
    expect(sim.forge.statusesPosted(sha).map((row) => row.context)).toEqual(['after']);
  });
});
