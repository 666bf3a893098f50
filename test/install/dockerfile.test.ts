import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { runtimes } from '../../scripts/lib/node-runtimes.mjs';
import { dockerfile, dockerfileText as text, final, healthCommand, said } from './image.ts';

describe('the Dockerfile', () => {
  it('has no findings', () => {
    expect(validate(text)).toEqual([]);
    expect(validate('FROM x\nENTRYPOINTS ["y"]\n')).not.toEqual([]);
  });

  it('pins its images by digest, to a Node that the tests run on', () => {
    const [build = '', run = ''] = dockerfile.getFROMs().map((one) => one.getImage() ?? '');
    expect(dockerfile.getFROMs()).toHaveLength(2);
    const digest = '@sha256:[0-9a-f]{64}$';
    expect(build).toMatch(new RegExp(`^node:\\d+\\.\\d+\\.\\d+-trixie-slim${digest}`));
    // `debug` has a shell.
    expect(run).toMatch(new RegExp(`^gcr\\.io/distroless/nodejs\\d+-debian13:nonroot${digest}`));
    const major = /^node:(\d+)/.exec(build)?.[1] ?? '';
    expect(run).toContain(`/nodejs${major}-`);
    expect(Object.keys(runtimes)).toContain(major);
  });

  it('runs the worker as nobody special, and hands it signals', () => {
    expect(said('USER')).toEqual(['10001:10001']);
    expect(said('ENTRYPOINT')).toEqual(['["/nodejs/bin/node", "/app/dist/cli.js"]']);
    expect(said('CMD')).toEqual(['["worker"]']);
    expect(final.findIndex((one) => one.getKeyword() === 'USER')).toBeGreaterThan(
      final.findLastIndex((one) => one.getKeyword() === 'COPY'),
    );
  });

  it('needs no shell, neither to be built nor to run: nothing is run in it, and programs have a path', () => {
    for (const keyword of ['RUN', 'SHELL', 'ADD', 'ONBUILD']) expect(said(keyword)).toEqual([]);
    for (const command of [...said('ENTRYPOINT').map((one) => JSON.parse(one) as string[]), healthCommand()])
      expect(command[0]).toMatch(/^\//);
  });

  it('takes in what the build made and nothing else: no npm, no sources, no secret', () => {
    expect(said('COPY')).toEqual([
      '/build/node_modules node_modules',
      '/build/dist dist',
      'package.json LICENSE ./',
    ]);
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
    expect(command).toBe('/nodejs/bin/node');
    const check = spawn(process.execPath, args, { env: { GREENLANE_HEALTH_ADDRESS: address } });
    expect(await new Promise((resolve) => check.once('exit', resolve))).toBe(code);
    expect(asked).toEqual(['/readyz']);
    server.closeAllConnections();
    server.close();
    expect(said('ENV').join()).toMatch(/GREENLANE_HEALTH_ADDRESS=127\.0\.0\.1:\d+/);
  });
});
