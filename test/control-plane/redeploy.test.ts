import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RedeployCall } from '../../src/control-plane/client.ts';
import { createControlPlane } from '../../src/control-plane/client.ts';
import { UnsafeCallError } from '../../src/control-plane/errors.ts';
import { ConfigurationError, MissingTokenError } from '../../src/errors.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Answerer } from '../http/loopback.ts';
import { failure, json, nobody, serve } from '../http/loopback.ts';

const call: RedeployCall = {
  targetTag: 'staging-2863380',
  slugs: ['hongming', 'tenant-002'],
  idempotencyKey: 'deploy/production/abc/1/first',
  epoch: 7,
  timeoutMs: 5_000,
};
const good = {
  phase: 'fleet',
  ssm_status: 'Success',
  ssm_exit_code: 0,
  healthz_ok: true,
  verified_on_target: true,
};
const both = [
  { slug: 'hongming', ...good },
  { slug: 'tenant-002', ...good },
];

async function answering(answer: Answerer, maxBytes?: number) {
  const server = await serve(answer);
  const options = {
    url: server.url,
    token: 'hunter22-token',
    ...(maxBytes === undefined ? {} : { maxBytes }),
  };
  return { server, controlPlane: createControlPlane(options) };
}

async function answered(body: unknown, status = 200, headers: Record<string, string> = {}) {
  const { controlPlane } = await answering((_, response) => json(response, body, status, headers));
  return controlPlane.redeploy(call);
}

async function simulated() {
  const sim = await startSimulator({ tenants: 3 });
  onTestFinished(sim.close);
  const controlPlane = createControlPlane({ url: sim.controlPlane.url, token: sim.tokens.controlPlane });
  const sha = sim.forge.push();
  return { sim, controlPlane, wave: { ...call, targetTag: `staging-${sha.slice(0, 7)}` }, sha };
}

describe('what is sent', () => {
  test('one wave, with the headers and the body of the contract', async () => {
    const { server, controlPlane } = await answering((_, response) =>
      json(response, { ok: true, results: both }),
    );
    await controlPlane.redeploy(call);
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/cp/admin/tenants/redeploy-fleet' });
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer hunter22-token',
      'content-type': 'application/json',
      'idempotency-key': 'deploy/production/abc/1/first',
      'x-deploy-epoch': '7',
    });
    expect(seen?.headers['user-agent']).toMatch(/^greenlane\//);
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      target_tag: 'staging-2863380',
      soak_seconds: 0,
      batch_size: 2,
      dry_run: false,
      confirm: true,
      only_slugs: ['hongming', 'tenant-002'],
    });
  });

  test.each([
    ['no tenant', { slugs: [] }],
    ['a slug outside the grammar', { slugs: ['hongming', 'a/b'] }],
    ['a slug of 64 characters', { slugs: ['a'.repeat(64)] }],
    ['a tenant twice', { slugs: ['a', 'a'] }],
    ['an idempotency key with a line break', { idempotencyKey: 'a\nX-Evil: 1' }],
    ['an empty idempotency key', { idempotencyKey: '' }],
    ['no epoch', { epoch: 0 }],
    ['half an epoch', { epoch: 1.5 }],
  ])('I-18: nothing for %s', async (_, change) => {
    const { server, controlPlane } = await answering((__, response) =>
      json(response, { ok: true, results: [] }),
    );
    await failure(controlPlane.redeploy({ ...call, ...change }), UnsafeCallError);
    expect(server.seen).toEqual([]);
  });

  test('nothing after its time', async () => {
    const { server, controlPlane } = await answering((_, response) =>
      json(response, { ok: true, results: both }),
    );
    const answer = await controlPlane.redeploy({ ...call, timeoutMs: 0 });
    expect(answer).toEqual({ kind: 'doubt', why: 'timeout', sent: false, transient: true });
    expect(server.seen).toEqual([]);
  });

  test.each([
    ['http://api.example', ConfigurationError],
    ['https://user:hunter22@api.example', ConfigurationError],
    ['https://api.example?x=1', ConfigurationError],
  ])('no token to %s', (url, kind) => {
    expect(() => createControlPlane({ url, token: 'hunter22' })).toThrow(kind);
    expect(() => createControlPlane({ url, token: 'hunter22' })).not.toThrow(/hunter22/);
  });

  test('a missing token is missed by name, and one that is no token is not shown', () => {
    const url = 'https://api.example';
    expect(() => createControlPlane({ url, token: ' ' })).toThrow(MissingTokenError);
    expect(() => createControlPlane({ url, token: undefined, tokenVariable: 'T' })).toThrow(/^T is not set/);
    const broken = () => createControlPlane({ url, token: 'hunter22\nx' });
    expect(broken).toThrow(/CP_ADMIN_API_TOKEN: the token holds characters/);
    expect(broken).not.toThrow(/hunter22/);
    expect(
      inspect(createControlPlane({ url, token: 'hunter22' }), { depth: 9, showHidden: true }),
    ).not.toContain('hunter22');
  });
});

describe('an answer', () => {
  test('is read for the tenants that were asked for', async () => {
    const results = [
      { slug: 'hongming', ...good, healthz_ok: false, ssm_exit_code: 3, error: 'hunter22' },
      { slug: 'stranger', ...good },
      { slug: 'stranger', ...good },
    ];
    expect(await answered({ ok: true, results, error: 'hunter22', debug: { token: 'hunter22' } })).toEqual({
      kind: 'answered',
      ok: true,
      results: [{ slug: 'hongming', health: 'unhealthy', claimed: 'on-target', exitCode: 3, phase: 'fleet' }],
      missing: ['tenant-002'],
      ignored: 2,
    });
  });

  test('I-14: says what the server claims and does not say; an old one says less', async () => {
    const old = {
      slug: 'hongming',
      phase: 'x',
      ssm_status: 'Success',
      ssm_exit_code: null,
      healthz_ok: null,
    };
    const answer = await answered({
      ok: false,
      results: [old, { slug: 'tenant-002', verified_on_target: false }],
    });
    expect(answer).toMatchObject({
      ok: false,
      results: [
        { slug: 'hongming', health: 'unknown', claimed: 'unknown' },
        { slug: 'tenant-002', health: 'unknown', claimed: 'not' },
      ],
      missing: [],
    });
  });

  test('I-23: holds nothing of a body but slugs, codes and booleans', async () => {
    const secret = 'hunter22';
    const planted = {
      slug: 'hongming',
      phase: secret,
      ssm_status: secret,
      healthz_ok: true,
      error: secret,
      [secret]: secret,
    };
    const bodies = [
      { ok: true, results: [planted, { ...planted, slug: secret }], error: secret, [secret]: [secret] },
      { ok: secret, results: [] },
      { ok: true, results: [{ ...planted, healthz_ok: secret }] },
      { ok: true, results: [planted, planted] },
      [secret],
      secret,
    ];
    for (const body of bodies) expect(inspect(await answered(body), { depth: 9 })).not.toContain(secret);
    for (const status of [400, 403, 500, 502]) {
      expect(inspect(await answered({ error: secret }, status), { depth: 9 })).not.toContain(secret);
    }
  });

  test('two results for one tenant are doubt', async () => {
    const answer = await answered({ ok: true, results: [...both, { slug: 'hongming', ...good }] });
    expect(answer).toEqual({
      kind: 'doubt',
      why: 'duplicate-results',
      sent: true,
      transient: false,
      status: 200,
    });
  });

  test('whatever JSON comes with a 200, it is a report on asked tenants or doubt, never more', async () => {
    let body: unknown;
    const { controlPlane } = await answering((_, response) => json(response, body));
    const slug = fc.constantFrom('hongming', 'tenant-002', 'stranger', '', 'a/b');
    const maybe = <T>(value: fc.Arbitrary<T>) =>
      fc.option(fc.oneof(value, fc.anything()), { nil: undefined });
    const result = fc.record({
      slug,
      healthz_ok: maybe(fc.boolean()),
      verified_on_target: maybe(fc.boolean()),
      ssm_exit_code: maybe(fc.integer()),
    });
    const any = fc.oneof(
      fc.record({ ok: fc.boolean(), results: fc.array(result, { maxLength: 4 }) }),
      fc.json().map((text) => JSON.parse(text) as unknown),
    );
    await fc.assert(
      fc.asyncProperty(any, async (value) => {
        body = value;
        const answer = await controlPlane.redeploy(call);
        if (answer.kind === 'doubt') expect(answer.sent).toBe(true);
        else if (answer.kind === 'answered') {
          const named = [...answer.results.map((one) => one.slug), ...answer.missing];
          expect(named.sort()).toEqual([...call.slugs]);
        } else expect.unreachable('a 200 is no refusal');
      }),
      { numRuns: 150 },
    );
  });
});

describe('doubt', () => {
  test.each([[502], [503], [504], [429]])('I-11: status %d comes and goes', async (status) => {
    expect(await answered({ error: 'x' }, status, { 'retry-after': '4' })).toEqual({
      kind: 'doubt',
      why: 'status',
      sent: true,
      transient: true,
      status,
      retryAfterMs: 4_000,
    });
  });

  test.each([[500], [501], [507]])(
    'status %d leaves doubt that another call does not clear',
    async (status) => {
      const expected = { kind: 'doubt', why: 'status', sent: true, transient: false, status };
      expect(await answered({ ok: true, results: both }, status)).toEqual(expected);
    },
  );

  test.each([
    ['<html>'],
    [''],
    ['{"ok":true,"results":[{"slug":"hong'],
    ['{"ok":true}'],
    ['[]'],
    ['null'],
    ['{"ok":true,"results":{}}'],
  ])('a 200 with %s proves nothing', async (text) => {
    const { controlPlane } = await answering((_, response) => void response.end(text));
    expect(await controlPlane.redeploy(call)).toEqual({
      kind: 'doubt',
      why: 'unreadable',
      sent: true,
      transient: true,
      status: 200,
    });
  });

  test.each([[201], [202], [204]])('status %d is not what is documented', async (status) => {
    expect(await answered({ ok: true, results: both }, status)).toMatchObject({
      kind: 'doubt',
      why: 'unreadable',
    });
  });

  test('an endless answer is cut off', async () => {
    const { controlPlane } = await answering((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(1_000)), 2);
      response.on('close', () => clearInterval(timer));
    }, 5_000);
    expect(await controlPlane.redeploy(call)).toEqual({
      kind: 'doubt',
      why: 'too-large',
      sent: true,
      transient: false,
    });
  });

  test('nobody there: certainly nothing happened', async () => {
    const controlPlane = createControlPlane({ url: await nobody(), token: 't0ken' });
    expect(await controlPlane.redeploy(call)).toEqual({
      kind: 'doubt',
      why: 'unreachable',
      sent: false,
      transient: true,
    });
  });

  test('I-10: a connection lost before or after the effect looks the same', async () => {
    for (const kind of ['drop-before', 'drop-after'] as const) {
      const { sim, controlPlane, wave } = await simulated();
      sim.fault({ where: 'control-plane', kind, times: 1 });
      const answer = await controlPlane.redeploy(wave);
      expect(answer).toEqual({ kind: 'doubt', why: 'connection-lost', sent: true, transient: true });
      expect(sim.journal.calls('control-plane')).toHaveLength(1);
      expect(sim.journal.calls('control-plane')[0]?.effect).toBe(kind === 'drop-after');
    }
  });

  test('I-10: an answer that does not come in time', async () => {
    const { sim, controlPlane, wave } = await simulated();
    sim.fault({ where: 'control-plane', kind: 'hang', effect: true });
    const answer = await controlPlane.redeploy({ ...wave, timeoutMs: 800 });
    expect(answer).toEqual({ kind: 'doubt', why: 'timeout', sent: true, transient: true });
  });

  test.each([
    [{ where: 'control-plane', kind: 'html' }, 'unreadable'],
    [{ where: 'control-plane', kind: 'html', status: 502 }, 'status'],
    [{ where: 'control-plane', kind: 'truncated-json' }, 'unreadable'],
    [{ where: 'control-plane', kind: 'truncated-json', cut: true }, 'connection-lost'],
    [{ where: 'control-plane', kind: 'wrong-json', body: { ok: 'yes' } }, 'unreadable'],
    [{ where: 'control-plane', kind: 'huge' }, 'too-large'],
  ] as const)('the simulator’s %j is doubt: %s', async (fault, why) => {
    const sim = await startSimulator({ tenants: 3 });
    onTestFinished(sim.close);
    const options = { url: sim.controlPlane.url, token: sim.tokens.controlPlane, maxBytes: 200_000 };
    sim.fault(fault);
    expect(await createControlPlane(options).redeploy(call)).toMatchObject({
      kind: 'doubt',
      why,
      sent: true,
    });
  });

  test('a call that is given up is no answer', async () => {
    const { sim, controlPlane, wave } = await simulated();
    sim.fault({ where: 'control-plane', kind: 'hang' });
    const given = controlPlane.redeploy({ ...wave, signal: AbortSignal.timeout(50) });
    expect(await failure(given, HttpFailure)).toMatchObject({ kind: 'aborted', sent: true });
  });
});

describe('a refusal', () => {
  test.each([[400], [401], [403], [404], [409], [422]])(
    'I-11: status %d will not be another one next time',
    async (status) => {
      expect(await answered({ ok: false, error: 'hunter22' }, status)).toEqual({ kind: 'refused', status });
    },
  );

  test('a redirect is one, and the token does not follow it', async () => {
    const elsewhere = await serve((_, response) => json(response, { ok: true, results: both }));
    for (const status of [301, 302, 303, 307, 308]) {
      expect(await answered({}, status, { location: elsewhere.url })).toEqual({ kind: 'refused', status });
    }
    expect(elsewhere.seen).toEqual([]);
  });

  test('so is a wrong token', async () => {
    const { sim, wave } = await simulated();
    const controlPlane = createControlPlane({ url: sim.controlPlane.url, token: 'wrong' });
    expect(await controlPlane.redeploy(wave)).toEqual({ kind: 'refused', status: 401 });
  });
});

test('a wave of the simulator is rolled, and epoch and key arrive', async () => {
  const { sim, controlPlane, wave, sha } = await simulated();
  sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'leave-out' });
  expect(await controlPlane.redeploy(wave)).toEqual({
    kind: 'answered',
    ok: true,
    results: [{ slug: 'hongming', health: 'ok', claimed: 'on-target', exitCode: 0, phase: 'fleet' }],
    missing: ['tenant-002'],
    ignored: 0,
  });
  expect(sim.tenants.fleet.get('hongming')?.sha).toBe(sha);
  expect(sim.journal.calls('control-plane')).toMatchObject([
    { epoch: 7, idempotencyKey: 'deploy/production/abc/1/first', authorizationOk: true, dryRun: false },
  ]);
});
