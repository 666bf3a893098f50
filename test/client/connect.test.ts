import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, laneOf, temporalConfig } from '../../src/client/connect.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import { startDevServer, type DevServer } from '../../src/dev/temporal-server.ts';
import { TemporalUnreachableError } from '../../src/errors.ts';
import { greenlane } from '../support/cli.ts';
import { makeCertificates, mutualTlsProxy, type Certificates } from '../support/tls.ts';

describe('the connection to Temporal', () => {
  it('is what the SDK’s own variables say', () => {
    const config = temporalConfig({
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'deploys',
    });
    expect(config).toMatchObject({ address: 'temporal.example:7233', namespace: 'deploys' });
    expect(laneOf({})).toBe('publish');
    expect(laneOf({ GREENLANE_TASK_QUEUE: 'other' })).toBe('other');
  });

  it('carries the API key with every call, and turns TLS on for it unless told otherwise', async () => {
    expect(temporalConfig({ TEMPORAL_API_KEY: 'k' }).connectionOptions).toMatchObject({
      apiKey: 'k',
      tls: true,
    });
    const seen: Record<string, unknown>[] = [];
    const server = createServer();
    server.on('stream', (stream, headers) => {
      seen.push(headers);
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' },
        { endStream: true },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const access = await connect({
      TEMPORAL_ADDRESS: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      TEMPORAL_NAMESPACE: 'deploys',
      TEMPORAL_API_KEY: 'key-of-the-test',
      TEMPORAL_TLS: 'false',
    });
    await access.client.workflowService.getSystemInfo({}).catch(() => undefined);
    await access.close();
    server.close();
    expect(seen.length).toBeGreaterThan(0);
    for (const headers of seen) expect(headers['authorization']).toBe('Bearer key-of-the-test');
  });

  it('says which file of it cannot be read', async () => {
    const { code, stderr } = await greenlane(['status'], {
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/client.pem',
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^greenlane: connection to Temporal: \/nowhere\/client\.pem cannot be read \(ENOENT\);.*\n$/,
    );
  });

  it('fails within seconds, naming the address, where nobody answers', async () => {
    const began = performance.now();
    await expect(connect({ TEMPORAL_ADDRESS: '127.0.0.1:1' })).rejects.toThrow(TemporalUnreachableError);
    await expect(connect({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, { timeoutMs: 500 })).rejects.toThrow(
      '127.0.0.1:1',
    );
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('a Temporal server behind mutual TLS', () => {
  let certificates: Certificates;
  let server: DevServer;
  let proxy: Awaited<ReturnType<typeof mutualTlsProxy>>;
  let stack: Stack;

  beforeAll(async () => {
    certificates = await makeCertificates();
    server = await startDevServer({ headless: true });
    proxy = await mutualTlsProxy(server.address, certificates);
    stack = await startStack({
      address: proxy.address,
      simulator: { tenants: 3 },
      fleet: { rollout: { soak: 0 } },
      env: certificates.env,
    });
  });
  afterAll(async () => {
    await stack.stop();
    proxy.close();
    await server.stop();
    certificates.remove();
  });

  it('is reached by worker and command line alike: a whole deploy', async () => {
    await stack.startWorker();
    const sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, STACK_GATES);
    const { code, stderr } = await greenlane(['deploy', '--sha', sha, '--json'], stack.env);
    expect(code, stderr).toBe(0);
  });

  it.each([
    ['without a certificate', { TEMPORAL_TLS_CLIENT_CERT_PATH: '', TEMPORAL_TLS_CLIENT_KEY_PATH: '' }],
    [
      'without TLS at all',
      Object.fromEntries(
        ['CLIENT_CERT_PATH', 'CLIENT_KEY_PATH', 'SERVER_CA_CERT_PATH', 'SERVER_NAME'].map((name) => [
          `TEMPORAL_TLS_${name}`,
          '',
        ]),
      ),
    ],
    ['with a server of another name', { TEMPORAL_TLS_SERVER_NAME: 'other.test' }],
  ])('lets nobody in %s', async (_, without) => {
    await expect(connect({ ...stack.env, ...without }, { timeoutMs: 2_000 })).rejects.toThrow(
      TemporalUnreachableError,
    );
  });

  it('is told from one that is away: the command ends with 5 and one line', async () => {
    const { code, stderr } = await greenlane(['status'], {
      ...stack.env,
      TEMPORAL_TLS_SERVER_NAME: 'other.test',
    });
    expect(code).toBe(5);
    expect(stderr).toMatch(/^greenlane: Temporal does not answer at 127\.0\.0\.1:\d+ .*\n$/);
  });
});
