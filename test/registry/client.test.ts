import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { createRegistry, RegistryError } from '../../src/registry/client.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import type { SimulatorOptions } from '../../src/simulator/index.ts';
import type { Answerer } from '../http/loopback.ts';
import { failure, json, nobody, serve } from '../http/loopback.ts';

const credentials = { username: 'deployer', password: 'hunter22' };
const bytes = JSON.stringify({ schemaVersion: 2, note: 'ü' });
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const type = 'application/vnd.oci.image.index.v1+json';

async function simulated(options: Partial<SimulatorOptions> = {}) {
  const sim = await startSimulator({ tenants: 2, ...options });
  onTestFinished(sim.close);
  const registry = createRegistry({ url: sim.registry.url, image: sim.registry.repository, credentials });
  const tag = `staging-${sim.forge.head().slice(0, 7)}`;
  return { sim, registry, tag, digest: sim.registry.images.find(tag)?.digest ?? '' };
}

async function answering(answer: Answerer, more: Partial<Parameters<typeof createRegistry>[0]> = {}) {
  const server = await serve(answer);
  return { server, registry: createRegistry({ url: server.url, image: 'acme/core', ...more }) };
}

describe('resolve', () => {
  test('I-20: gives the digest a tag stands for', async () => {
    const { sim, registry, tag, digest: expected } = await simulated();
    expect(await registry.resolve(tag)).toBe(expected);
    expect(sim.journal.calls('registry').map(({ method }) => method)).toEqual(['HEAD']);
  });

  test('I-20: a tag that is not visible yet is not there, which may be asked again', async () => {
    const { sim, registry, tag } = await simulated();
    sim.registry.images.withhold(tag);
    const error = await failure(registry.resolve(tag), RegistryError);
    expect(error).toMatchObject({ kind: 'not-there', status: 404, retryable: true });
    expect(error.message).toContain(`acme/core:${tag}: the registry does not have it`);
  });

  test('logs in the way the registry asks for, and stays so', async () => {
    const { sim, registry, tag, digest: expected } = await simulated({ registryAuth: true });
    expect(await registry.resolve(tag)).toBe(expected);
    expect(await registry.resolve(tag)).toBe(expected);
    const calls = sim.journal.calls('registry');
    expect(calls.map(({ method, status }) => [method, status])).toEqual([
      ['HEAD', 401],
      ['GET', 200],
      ['HEAD', 200],
      ['HEAD', 200],
    ]);
  });

  test('asks for every kind of manifest, by HEAD, and reads the bytes where HEAD does not say', async () => {
    const { server, registry } = await answering((seen, response) => {
      response.writeHead(seen.method === 'HEAD' ? 405 : 200, { 'content-type': type }).end(bytes);
    });
    expect(await registry.resolve('v1')).toBe(digest);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'HEAD /v2/acme/core/manifests/v1',
      'GET /v2/acme/core/manifests/v1',
    ]);
    expect(server.seen[0]?.headers.accept).toContain(type);
    expect(server.seen[0]?.headers.accept).toContain('application/vnd.docker.distribution.manifest.v2+json');
  });

  test.each([
    [401, 'unauthorised', false],
    [403, 'unauthorised', false],
    [404, 'not-there', true],
    [429, 'unreachable', true],
    [500, 'unreachable', true],
    [503, 'unreachable', true],
    [307, 'unreadable', true],
  ] as const)('status %d is %s', async (status, kind, retryable) => {
    const { registry } = await answering((_, response) => json(response, { errors: 'hunter22' }, status));
    const error = await failure(registry.resolve('v1'), RegistryError);
    expect(error).toMatchObject({ kind, retryable });
    expect(inspect(error)).not.toContain('hunter22');
  });

  test('a digest that is none is unreadable, and not quoted', async () => {
    const { registry } = await answering((_, response) => {
      response.writeHead(200, { 'docker-content-digest': 'sha256:hunter22' }).end();
    });
    const error = await failure(registry.resolve('v1'), RegistryError);
    expect(error.kind).toBe('unreadable');
    expect(inspect(error)).not.toContain('hunter22');
  });

  test('nobody there, and a call that is given up', async () => {
    const registry = createRegistry({ url: await nobody(), image: 'acme/core' });
    expect(await failure(registry.resolve('v1'), RegistryError)).toMatchObject({
      kind: 'unreachable',
      retryable: true,
    });
    const given = registry.resolve('v1', { signal: AbortSignal.abort() });
    expect((await failure(given, HttpFailure)).kind).toBe('aborted');
  });

  test.each([['a/b'], ['../x'], [''], ['a b'], ['sha256:abc'], ['x'.repeat(129)]])(
    '%j is no tag',
    async (tag) => {
      const { server, registry } = await answering((_, response) => void response.end());
      await failure(registry.resolve(tag), ConfigurationError);
      expect(server.seen).toEqual([]);
    },
  );
});

describe('credentials', () => {
  const basic = `Basic ${Buffer.from('deployer:hunter22').toString('base64')}`;

  test('go to the realm the registry names, and the token to the registry', async () => {
    const realm = await serve((_, response) => json(response, { token: 't1' }));
    const { server, registry } = await answering(
      (seen, response) => {
        const challenge = `Basic realm="x", Bearer realm="${realm.url}/token?account=a",service="reg, istry",scope="everything"`;
        if (seen.headers.authorization === 'Bearer t1')
          response.writeHead(200, { 'docker-content-digest': digest }).end();
        else response.writeHead(401, { 'www-authenticate': challenge }).end();
      },
      { credentials },
    );
    expect(await registry.resolve('v1')).toBe(digest);
    const asked = new URL(realm.seen[0]?.path ?? '', 'http://x');
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      account: 'a',
      service: 'reg, istry',
      scope: 'repository:acme/core:pull',
    });
    expect(realm.seen[0]?.headers.authorization).toBe(basic);
    expect(server.seen.map((seen) => seen.headers.authorization)).toEqual([undefined, 'Bearer t1']);
  });

  test.each([
    ['Bearer realm="http://evil.example/token"', /not https/],
    ['Bearer realm="https://user@evil.example/token"', /not https/],
    ['Bearer realm="ftp://127.0.0.1/token"', /not https/],
    ['Bearer realm="token"', /no URL/],
    ['Bearer service="x"', /no URL/],
    ['Negotiate', /no way to log in/],
    [undefined, /no way to log in/],
  ])('are not sent for the challenge %s', async (challenge, why) => {
    const { server, registry } = await answering(
      (_, response) =>
        void response.writeHead(401, challenge === undefined ? {} : { 'www-authenticate': challenge }).end(),
      { credentials },
    );
    const error = await failure(registry.resolve('v1'), RegistryError);
    expect(error.kind).toBe('unauthorised');
    expect(error.message).toMatch(why);
    expect(server.seen).toHaveLength(1);
  });

  test('are shown to a registry that asks for Basic, and only then', async () => {
    const { server, registry } = await answering(
      (seen, response) => {
        const ok = seen.headers.authorization === basic;
        response
          .writeHead(
            ok ? 200 : 401,
            ok ? { 'docker-content-digest': digest } : { 'www-authenticate': 'Basic realm="r"' },
          )
          .end();
      },
      { credentials },
    );
    expect(await registry.resolve('v1')).toBe(digest);
    expect(server.seen.map((seen) => seen.headers.authorization)).toEqual([undefined, basic]);
  });

  test('that are wrong, or missing, are one clear error that does not show them', async () => {
    const challenge = (response: Parameters<Answerer>[1], realm: string) =>
      void response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
    const realm = await serve((_, response) => void response.writeHead(401).end());
    const wrong = await answering((_, response) => challenge(response, realm.url), { credentials });
    const error = await failure(wrong.registry.resolve('v1'), RegistryError);
    expect(error).toMatchObject({ kind: 'unauthorised', retryable: false });
    expect(inspect([error, wrong.registry], { depth: 9, showHidden: true })).not.toMatch(
      /hunter22|aHVudGVyMjI/,
    );
    const none = await answering(
      (_, response) => void response.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
    );
    expect((await failure(none.registry.resolve('v1'), RegistryError)).message).toContain(
      'none is configured',
    );
  });

  test.each([['{}'], ['<html>'], ['{"token":7}'], ['{"token":""}']])(
    'a token answer of %s is unreadable',
    async (text) => {
      const realm = await serve((_, response) => void response.end(text));
      const { registry } = await answering(
        (_, response) =>
          void response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm.url}"` }).end(),
      );
      expect((await failure(registry.resolve('v1'), RegistryError)).kind).toBe('unreadable');
    },
  );

  test.each([['http://registry.example'], ['https://user:hunter22@registry.example'], ['registry.example']])(
    'are not sent to %s',
    (url) =>
      expect(() => createRegistry({ url, image: 'acme/core', credentials })).toThrow(ConfigurationError),
  );

  test.each([['Acme/core'], ['acme//core'], ['../core'], ['acme/core/'], ['']])('%j is no image', (image) => {
    expect(() => createRegistry({ url: 'https://registry.example', image })).toThrow(ConfigurationError);
  });
});

describe('movePointer', () => {
  test('makes the tag stand for the digest, with the rights of a push', async () => {
    const { sim, registry, digest: expected } = await simulated({ registryAuth: true });
    await registry.movePointer('latest', expected);
    expect(sim.registry.images.tags()['latest']).toBe(expected);
    const put = sim.journal.calls('registry', { method: 'PUT' });
    expect(put.map(({ status, authorizationOk }) => [status, authorizationOk])).toEqual([
      [401, false],
      [201, true],
    ]);
  });

  test('puts the manifest byte for byte, with its own type', async () => {
    const { server, registry } = await answering((seen, response) => {
      response
        .writeHead(seen.method === 'PUT' ? 201 : 200, {
          'content-type': type,
          'docker-content-digest': digest,
        })
        .end(bytes);
    });
    await registry.movePointer('latest', digest);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v2/acme/core/manifests/${digest}`,
      'PUT /v2/acme/core/manifests/latest',
      'HEAD /v2/acme/core/manifests/latest',
    ]);
    expect(server.seen[1]).toMatchObject({ body: bytes, headers: { 'content-type': type } });
  });

  test('puts nothing whose bytes are not those of the digest', async () => {
    const { server, registry } = await answering((_, response) => {
      response.writeHead(200, { 'content-type': type, 'docker-content-digest': digest }).end(`${bytes} `);
    });
    const error = await failure(registry.movePointer('latest', digest), RegistryError);
    expect(error.message).toContain('its bytes have another digest');
    expect(server.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  test('says when the tag does not follow', async () => {
    const other = `sha256:${'0'.repeat(64)}`;
    const { registry } = await answering((seen, response) => {
      const headers = {
        'content-type': type,
        'docker-content-digest': seen.method === 'HEAD' ? other : digest,
      };
      response.writeHead(seen.method === 'PUT' ? 201 : 200, headers).end(bytes);
    });
    const error = await failure(registry.movePointer('latest', digest), RegistryError);
    expect(error.message).toContain('still stands for another digest');
  });

  test('a digest the registry does not have is not there, and what is no digest is refused', async () => {
    const { sim, registry } = await simulated();
    const error = await failure(registry.movePointer('latest', digest), RegistryError);
    expect(error.kind).toBe('not-there');
    await failure(registry.movePointer('latest', 'latest'), ConfigurationError);
    expect(sim.journal.calls('registry', { method: 'PUT' })).toEqual([]);
  });
});
