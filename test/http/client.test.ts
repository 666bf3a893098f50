import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { request } from '../../src/http/client.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { failure, nobody, serve } from './loopback.ts';

const limits = { timeoutMs: 5_000, maxBytes: 1_000 };

describe('an exchange', () => {
  test('brings status, headers in lower case, text and the URL that was asked', async () => {
    const server = await serve((_, response) => {
      response.writeHead(404, { 'X-Total-Count': '7', 'Set-Cookie': ['a=1', 'b=2'] }).end('gone – ohne Spur');
    });
    const answer = await request({ method: 'GET', url: `${server.url}/a?b=c`, ...limits });
    expect(answer).toMatchObject({ status: 404, text: 'gone – ohne Spur', url: `${server.url}/a?b=c` });
    expect(answer.headers).toMatchObject({ 'x-total-count': '7', 'set-cookie': 'a=1, b=2' });
    expect(server.seen[0]).toMatchObject({ method: 'GET', path: '/a?b=c' });
  });

  test('sends body and headers as they are given', async () => {
    const server = await serve((_, response) => void response.end());
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer abc' };
    await request({ method: 'POST', url: server.url, headers, body: '{"ä":1}', ...limits });
    expect(server.seen[0]).toMatchObject({ method: 'POST', body: '{"ä":1}' });
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer abc', 'content-length': '8' });
  });

  test('I-19: every request has a user agent of its own, which does not look like a library or a crawler', async () => {
    const server = await serve((_, response) => void response.end());
    await request({ method: 'GET', url: server.url, ...limits });
    expect(server.seen[0]?.headers['user-agent']).toMatch(/^greenlane\/\d+\.\d+\.\d+ \([\w ]+\)$/);
  });

  test('a redirect is an answer and is not followed', async () => {
    const elsewhere = await serve((_, response) => void response.end('caught'));
    const server = await serve((_, response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
    });
    const answer = await request({ method: 'POST', url: server.url, body: 'x', ...limits });
    expect(answer.status).toBe(307);
    expect(elsewhere.seen).toEqual([]);
  });

  test('connections are kept and used again', async () => {
    const server = await serve((_, response) => void response.end('x'));
    for (let n = 0; n < 20; n += 1) await request({ method: 'GET', url: server.url, ...limits });
    // A second one is opened when a request comes before the first has settled back.
    expect(server.sockets.size).toBeLessThanOrEqual(2);
  });
});

describe('limits', () => {
  test('a body over the limit is refused by its announced length', async () => {
    const server = await serve((_, response) => void response.end('x'.repeat(1_001)));
    const error = await failure(request({ method: 'GET', url: server.url, ...limits }), HttpFailure);
    expect(error).toMatchObject({ kind: 'too-large', sent: true });
  });

  test('a body over the limit is refused while it is read, however long it goes on', async () => {
    const server = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(400)), 5);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failure(request({ method: 'GET', url: server.url, ...limits }), HttpFailure);
    expect(error.kind).toBe('too-large');
  });

  test('a body of exactly the limit passes', async () => {
    const server = await serve((_, response) => void response.end('x'.repeat(1_000)));
    const answer = await request({ method: 'GET', url: server.url, ...limits });
    expect(answer.text).toHaveLength(1_000);
  });

  test('the budget covers a server that never answers', async () => {
    const server = await serve(() => undefined);
    const error = await failure(
      request({ method: 'POST', url: server.url, ...limits, timeoutMs: 800 }),
      HttpFailure,
    );
    expect(error).toMatchObject({ kind: 'timeout', sent: true });
  });

  test('the budget covers a body that trickles for ever', async () => {
    const server = await serve((_, response) => {
      const timer = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failure(
      request({ method: 'GET', url: server.url, ...limits, timeoutMs: 800 }),
      HttpFailure,
    );
    expect(error).toMatchObject({ kind: 'timeout', sent: true });
  });

  test('a budget that is used up sends nothing', async () => {
    const server = await serve((_, response) => void response.end());
    const error = await failure(
      request({ method: 'POST', url: server.url, ...limits, timeoutMs: 0 }),
      HttpFailure,
    );
    expect(error).toMatchObject({ kind: 'timeout', sent: false });
    expect(server.seen).toEqual([]);
  });

  test('a process that was frozen past the budget sends nothing when it wakes', async () => {
    const server = await serve((_, response) => void response.end());
    const late = request({ method: 'POST', url: server.url, ...limits, timeoutMs: 50 });
    const wake = performance.now() + 120;
    while (performance.now() < wake);
    expect(await failure(late, HttpFailure)).toMatchObject({ kind: 'timeout', sent: false });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.seen).toEqual([]);
  });
});

describe('a failure', () => {
  test('tells a refused connection, and that nothing was sent', async () => {
    const error = await failure(request({ method: 'POST', url: await nobody(), ...limits }), HttpFailure);
    expect(error).toMatchObject({ kind: 'refused', sent: false, code: 'ECONNREFUSED' });
  });

  test('tells every one of many refused connections', async () => {
    const url = await nobody();
    const all = Array.from({ length: 300 }, () =>
      failure(request({ method: 'GET', url, ...limits }), HttpFailure),
    );
    expect(new Set((await Promise.all(all)).map((error) => error.kind))).toEqual(new Set(['refused']));
  });

  test('tells a name that does not resolve, and that nothing was sent', async () => {
    const url = 'http://tenant.greenlane.invalid/';
    const error = await failure(request({ method: 'POST', url, ...limits }), HttpFailure);
    expect(error).toMatchObject({ kind: 'dns', sent: false });
  });

  test('tells a connection dropped after the request: it may have had an effect', async () => {
    const server = await serve((_, response) => void response.destroy());
    const error = await failure(
      request({ method: 'POST', url: server.url, body: 'x', ...limits }),
      HttpFailure,
    );
    expect(error).toMatchObject({ kind: 'reset', sent: true });
    expect(server.seen).toHaveLength(1);
  });

  test('tells an answer that was cut off', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    const error = await failure(request({ method: 'GET', url: server.url, ...limits }), HttpFailure);
    expect(error).toMatchObject({ kind: 'reset', sent: true });
  });

  test('tells an answer that is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-hello\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await failure(request({ method: 'GET', url, ...limits }), HttpFailure)).kind).toBe('protocol');
  });

  test('tells a certificate nobody vouches for, and that nothing was sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'greenlane-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
    execFileSync('openssl', ['req', ...options, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    let asked = 0;
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, () => (asked += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      rmSync(folder, { recursive: true });
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await failure(request({ method: 'POST', url, ...limits }), HttpFailure);
    expect(error).toMatchObject({ kind: 'tls', sent: false });
    expect(asked).toBe(0);
  });

  test('tells that it was given up, and a signal that is aborted already sends nothing', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort());
    const call = request({ method: 'GET', url: server.url, ...limits, signal: controller.signal });
    expect(await failure(call, HttpFailure)).toMatchObject({ kind: 'aborted', sent: true });
    const never = request({ method: 'GET', url: server.url, ...limits, signal: controller.signal });
    expect(await failure(never, HttpFailure)).toMatchObject({ kind: 'aborted', sent: false });
    expect(server.seen).toHaveLength(1);
  });

  test.each([['ftp://host/'], ['not a url'], ['https://user:hunter22@host/'], ['https://hunter22@host/']])(
    'refuses to send to %s',
    async (url) => {
      const error = await failure(request({ method: 'GET', url, ...limits }), HttpFailure);
      expect(error).toMatchObject({ kind: 'protocol', sent: false });
      expect(inspect(error)).not.toContain('hunter22');
    },
  );

  test('I-23: shows neither path, query, header nor body', async () => {
    const headers = { authorization: 'Bearer hunter22' };
    const url = `${await nobody()}/services/hunter22?token=hunter22`;
    const error = await failure(
      request({ method: 'POST', url, headers, body: 'hunter22', ...limits }),
      HttpFailure,
    );
    expect(error.message).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+: nothing accepts connections there/);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter22');
  });

  test('I-23: a token that cannot stand in a header is not shown', async () => {
    const server = await serve((_, response) => void response.end());
    const headers = { authorization: 'Bearer hunter22\nX: y' };
    const error = await failure(request({ method: 'GET', url: server.url, headers, ...limits }), HttpFailure);
    expect(error).toMatchObject({ kind: 'protocol', sent: false });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter22');
  });
});
