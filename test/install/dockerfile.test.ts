import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';

const text = readFileSync('Dockerfile', 'utf8');
const dockerfile = DockerfileParser.parse(text);

/** Instructions of the image that runs: the last stage. */
const final = dockerfile
  .getInstructions()
  .slice(dockerfile.getInstructions().findLastIndex((one) => one.getKeyword() === 'FROM'));
const said = (keyword: string): string[] =>
  final.filter((one) => one.getKeyword() === keyword).map((one) => one.getArgumentsContent() ?? '');

/** The command of the image's health check. */
function healthCommand(): string[] {
  const check = said('HEALTHCHECK')[0] ?? '';
  return JSON.parse(check.slice(check.indexOf('['))) as string[];
}

describe('the Dockerfile', () => {
  it('has no findings', () => {
    expect(validate(text)).toEqual([]);
    expect(validate('FROM x\nENTRYPOINTS ["y"]\n')).not.toEqual([]);
  });

  it('pins its base image, which is a slim one', () => {
    const bases = dockerfile.getFROMs().map((one) => one.getImage());
    expect(bases.length).toBe(2);
    for (const base of bases) expect(base).toMatch(/^node:\d+\.\d+-bookworm-slim$/);
    expect(new Set(bases).size).toBe(1);
  });

  it('runs the worker as nobody special, and hands it signals', () => {
    expect(said('USER')).toEqual(['10001:10001']);
    expect(said('ENTRYPOINT')).toEqual(['["node", "/app/dist/cli.js"]']);
    expect(said('CMD')).toEqual(['["worker"]']);
    expect(final.findIndex((one) => one.getKeyword() === 'USER')).toBeGreaterThan(
      final.findLastIndex((one) => ['RUN', 'COPY'].includes(one.getKeyword())),
    );
  });

  it('takes in what the build made and nothing else: no npm, no sources, no lists of packages, no secret', () => {
    expect(said('COPY')).toEqual([
      '/build/node_modules node_modules',
      '/build/dist dist',
      'package.json LICENSE ./',
    ]);
    expect(said('RUN').join()).toMatch(/rm -rf .*\/var\/lib\/apt\/lists.*\/usr\/local\/lib\/node_modules/);
    expect(said('RUN').join()).toContain('--no-install-recommends');
    expect(text).not.toMatch(/^(ADD|ARG)\b/m);
    expect(text).not.toMatch(/TOKEN|SECRET|PASSWORD/);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('is healthy by what the worker says of itself: %i ends its check with %i', async (status, code) => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [command, ...args] = healthCommand();
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(command).toBe('node');
    const check = spawn(process.execPath, args, { env: { GREENLANE_HEALTH_ADDRESS: address } });
    expect(await new Promise((resolve) => check.once('exit', resolve))).toBe(code);
    expect(asked).toEqual(['/readyz']);
    server.closeAllConnections();
    server.close();
    expect(said('ENV').join()).toMatch(/GREENLANE_HEALTH_ADDRESS=127\.0\.0\.1:\d+/);
  });
});
