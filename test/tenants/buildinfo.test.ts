import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { checkBuildinfoTemplate, readBuildinfo } from '../../src/tenants/buildinfo.ts';
import { failure, nobody, serve } from '../http/loopback.ts';

const sha = 'f09b5c9208a2d159b85b4001eeab6cbb26395375';

async function read(body: string, status = 200) {
  const server = await serve((_, response) => void response.writeHead(status).end(body));
  return readBuildinfo(`${server.url}/{slug}/buildinfo`, 'acme');
}

describe('readBuildinfo', () => {
  test.each([
    [`{"git_sha":"${sha}"}`, sha],
    [`{"git_sha":"${sha.toUpperCase()}","more":{"x":1}}`, sha],
    ['{"git_sha":" f09b5c9\\n"}', 'f09b5c9'],
  ])('%s is a SHA', async (body, expected) => {
    expect(await read(body)).toEqual({ kind: 'sha', sha: expected });
  });

  test.each([['dev'], ['DEV']])('a build that says %s is of no commit', async (said) => {
    expect(await read(JSON.stringify({ git_sha: said }))).toEqual({
      kind: 'dev',
      why: 'a build without a SHA',
    });
  });

  test.each([
    ['<html>hunter22</html>'],
    ['{"git_sha":"hunter22"}'],
    ['{"git_sha":"f09b5c"}'],
    ['{"git_sha":""}'],
    ['{"git_sha":null}'],
    ['{"sha":"f09b5c9"}'],
    ['{"git_sha":"f09b5c9'],
    ['null'],
    [''],
    ['"'.padEnd(70_000, 'x')],
  ])('%.30s is unreadable, and not quoted', async (body) => {
    const answer = await read(body);
    expect(answer.kind).toBe('unreadable');
    expect(JSON.stringify(answer)).not.toContain('hunter22');
  });

  test.each([[404], [410], [500], [502], [301], [401], [204]])('status %d is unreachable', async (status) => {
    expect(await read('', status)).toEqual({ kind: 'unreachable', why: `status ${status}` });
  });

  test('nobody there, a dropped connection and a tenant that hangs are unreachable', async () => {
    expect(await readBuildinfo(`${await nobody()}/{slug}`, 'acme')).toEqual({
      kind: 'unreachable',
      why: 'refused',
    });
    const dropping = await serve((_, response) => void response.destroy());
    expect(await readBuildinfo(`${dropping.url}/{slug}`, 'acme')).toEqual({
      kind: 'unreachable',
      why: 'reset',
    });
    const hanging = await serve(() => undefined);
    const answer = await readBuildinfo(`${hanging.url}/{slug}`, 'acme', { timeoutMs: 50 });
    expect(answer).toEqual({ kind: 'unreachable', why: 'timeout' });
  });

  test('a redirect is not followed, and no token goes along', async () => {
    const elsewhere = await serve((_, response) => void response.end(`{"git_sha":"${sha}"}`));
    const server = await serve(
      (_, response) => void response.writeHead(302, { location: elsewhere.url }).end(),
    );
    expect((await readBuildinfo(`${server.url}/{slug}`, 'acme')).kind).toBe('unreachable');
    expect(elsewhere.seen).toEqual([]);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
    expect(server.seen[0]?.headers['user-agent']).toMatch(/^greenlane\//);
  });

  test('what is no slug is not put into a URL', async () => {
    const server = await serve((_, response) => void response.end());
    expect((await readBuildinfo(`${server.url}/{slug}`, '../admin')).kind).toBe('unreadable');
    expect(server.seen).toEqual([]);
  });

  test('a look that is given up is no answer', async () => {
    const server = await serve(() => undefined);
    const look = readBuildinfo(`${server.url}/{slug}`, 'acme', { signal: AbortSignal.timeout(40) });
    expect((await failure(look, HttpFailure)).kind).toBe('aborted');
  });

  test('each state of a simulated tenant', async () => {
    const sim = await startSimulator({ tenants: ['a', 'b', 'c', 'd'] });
    onTestFinished(sim.close);
    const look = (slug: string) => readBuildinfo(sim.tenants.buildinfoUrl, slug);
    sim.fault({ where: 'tenant', slug: 'b', kind: 'dev-build' });
    sim.fault({ where: 'tenant', slug: 'c', kind: 'gone' });
    sim.fault({ where: 'tenant', slug: 'd', kind: 'html' });
    expect(await look('a')).toEqual({ kind: 'sha', sha: sim.forge.head() });
    expect((await look('b')).kind).toBe('dev');
    expect((await look('c')).kind).toBe('unreachable');
    expect((await look('d')).kind).toBe('unreadable');
    expect((await look('nobody')).kind).toBe('unreachable');
  });
});

describe('checkBuildinfoTemplate', () => {
  const place = { source: 'greenlane.yaml', key: 'tenants.buildinfoUrl' };

  test.each([
    ['https://{slug}.example/buildinfo'],
    ['https://example/{slug}/x'],
    ['http://127.0.0.1:1/t/{slug}/b'],
  ])('takes %s', (template) => expect(checkBuildinfoTemplate(` ${template} `, place)).toBe(template));

  test.each([
    ['https://example/buildinfo', /\{slug\}/],
    ['http://{slug}.example/buildinfo', /plain http/],
    ['{slug}', /no absolute URL/],
    ['https://user:hunter22@{slug}.example', /user name/],
  ])('refuses %s', (template, why) => {
    expect(() => checkBuildinfoTemplate(template, place)).toThrow(ConfigurationError);
    expect(() => checkBuildinfoTemplate(template, place)).toThrow(why);
    expect(() => checkBuildinfoTemplate(template, place)).not.toThrow(/hunter22/);
  });
});
