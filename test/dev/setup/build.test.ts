import type { SpawnSyncReturns } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, sourcesHash } from '../../../scripts/lib/built-files.mjs';
import { createSandbox } from './sandbox.ts';

const project = new URL('../../..', import.meta.url).pathname;
const root = mkdtempSync(join(tmpdir(), 'greenlane-build-'));

/** A small project with the sources that the build expects, and the real build. */
const sources = {
  'package.json': '{ "type": "module" }',
  'package-lock.json': '{}',
  'src/cli.ts': `
    import { z } from 'zod';
    import { ForeseenError } from './errors.ts';
    const name = z.string().parse(process.argv[2]);
    const strict = (function (this: unknown) { return this === undefined; })();
    if (name === 'fail') console.log(new ForeseenError('x').name);
    else if (name === 'strict') console.log(strict);
    else if (name === 'plan') void import('./commands/plan.ts').then(({ plan }) => plan());
    else if (name === 'lint') void import('./commands/lint.ts').then(({ lint }) => lint());
    else if (name === 'same')
      void Promise.all([import('./commands/lint.ts'), import('./commands/show.ts')]).then(([lint, show]) =>
        console.log(lint.error() instanceof ForeseenError && show.error() instanceof ForeseenError));
    else void import('./commands/show.ts').then(({ show }) => show());`,
  'src/errors.ts':
    'export class ForeseenError extends Error { static kind = ForeseenError; override get name(): string { return this.constructor.name; } }',
  'src/commands/plan.ts': "export const plan = (): void => console.log('planned');",
  'src/commands/lint.ts': `
    import { ForeseenError } from '../errors.ts';
    export const lint = (): void => console.log('linted');
    export const error = (): Error => new ForeseenError('lint');`,
  'src/commands/show.ts': `
    import { defineSearchAttributeKey } from '@temporalio/common';
    import { ForeseenError } from '../errors.ts';
    export const show = (): void => console.log(typeof defineSearchAttributeKey, new URL('.', import.meta.url).pathname);
    export const error = (): Error => new ForeseenError('show');`,
  'src/worker.ts': "import { request } from 'undici'; console.log('worker', typeof request);",
  'src/simulator/main.ts': "console.log(await Promise.resolve('simulator'));",
  'src/codec/failure-converter.cjs': 'exports.loaded = true;',
  'src/workflows/index.ts': "export { main } from './main.ts';",
  'src/workflows/main.ts':
    "import { sleep } from '@temporalio/workflow'; export async function main(): Promise<void> { await sleep('1h'); }",
};

const runNode = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
const dist = (name: string): string => join(root, 'dist', name);
const fileLike = (pattern: RegExp): string =>
  dist(readdirSync(dist('.')).find((name) => pattern.test(name)) ?? 'none');

beforeAll(() => {
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  cpSync(join(project, 'scripts'), join(root, 'scripts'), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  const { status, stderr } = runNode('scripts/build.mjs');
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the build', () => {
  it('makes every program, and a command line that can be executed', () => {
    expect(runNode(dist('worker.mjs')).stdout).toBe('worker function\n');
    expect(runNode(dist('simulator.mjs')).stdout).toBe('simulator\n');
    expect(runNode(dist('cli.js'), 'show').stdout).toBe(`function ${dist('')}/\n`);
    expect(statSync(dist('cli.js')).mode & 0o111).toBe(0o111);
    expect(readFileSync(dist('cli.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('keeps the names of errors', () => {
    expect(runNode(dist('cli.js'), 'fail').stdout).toBe('ForeseenError\n');
  });

  it('bundles workflows whose imports carry `.ts`', () => {
    expect(readFileSync(dist('workflow-bundle.js'), 'utf8')).toContain('main');
  });

  it('reads what is asked for, and no other command', () => {
    const lint = fileLike(/^cli-lint-.*\.cjs$/);
    const rest = fileLike(/^cli-rest-.*\.cjs$/);
    const hidden = [lint, rest].map((path) => [path, `${path}.hidden`] as const);
    for (const [path, aside] of hidden) renameSync(path, aside);
    expect(runNode(dist('cli.js'), 'plan').stdout).toBe('planned\n');
    expect(runNode(dist('cli.js'), 'lint').stderr).toContain('ENOENT');
    for (const [path, aside] of hidden) renameSync(aside, path);
  });

  it('has one of each module, whichever command asks', () => {
    expect(runNode(dist('cli.js'), 'same').stdout).toBe('true\n');
  });

  it('is strict code, as modules are', () => {
    expect(runNode(dist('cli.js'), 'strict').stdout).toBe('true\n');
  });

  it.each([
    ['an empty', () => Buffer.alloc(0)],
    ['a cut-off', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ['half a', (whole: Buffer) => whole.subarray(0, whole.length / 2 - 1)],
    ['a foreign', (whole: Buffer) => Buffer.alloc(whole.length, 7)],
    ['a damaged', (whole: Buffer) => damaged(whole, 0)],
    ['an otherwise damaged', (whole: Buffer) => damaged(whole, 1)],
    ['another pack’s', (_whole: Buffer, other: Buffer) => other],
  ])('runs with %s code cache', (_what, spoil) => {
    const caches = readdirSync(dist('.')).filter((name) => name.endsWith('.cache'));
    expect(caches.length).toBeGreaterThan(1);
    const wholes = caches.map((name) => readFileSync(dist(name)));
    for (const [index, name] of caches.entries())
      writeFileSync(dist(name), spoil(wholes[index] as Buffer, wholes.at(index - 1) as Buffer));
    expect(runNode(dist('cli.js'), 'show')).toMatchObject({ status: 0, stdout: `function ${dist('')}/\n` });
    expect(runNode(dist('cli.js'), 'plan')).toMatchObject({ status: 0, stdout: 'planned\n' });
    for (const [index, name] of caches.entries()) writeFileSync(dist(name), wholes[index] as Buffer);
  });

  it('runs without a code cache', () => {
    const cache = fileLike(/^cli-start-.*\.cache$/);
    const whole = readFileSync(cache);
    rmSync(cache);
    expect(runNode(dist('cli.js'), 'plan')).toMatchObject({ status: 0, stdout: 'planned\n' });
    writeFileSync(cache, whole);
  });

  it('runs with a V8 that has other flags than the one that made the code cache', () => {
    expect(runNode('--no-opt', dist('cli.js'), 'plan').stdout).toBe('planned\n');
  });
});

/** A copy with bits turned over all through one half of it (0 or 1); the first 64 bytes V8 itself looks at. */
function damaged(whole: Buffer, half: 0 | 1): Buffer {
  const copy = Buffer.from(whole);
  const begin = (copy.length / 2) * half;
  for (let at = begin + 64; at < begin + copy.length / 2; at += 64)
    copy.writeUInt8(copy.readUInt8(at) ^ 0x10, at);
  return copy;
}

describe('ensureBuilt', () => {
  it('does nothing while the sources are those that were built', async () => {
    const { steps, printed } = createSandbox();
    await ensureBuilt(root, steps);
    expect(printed()).toBe('');
  });

  it('sees a changed, a new and a renamed source', () => {
    const path = join(root, 'src', 'errors.ts');
    const hash = sourcesHash(root);
    writeFileSync(path, `${sources['src/errors.ts']} // changed`);
    expect(sourcesHash(root)).not.toBe(hash);
    writeFileSync(path, sources['src/errors.ts']);
    expect(sourcesHash(root)).toBe(hash);
    const added = join(root, 'src', 'added.ts');
    writeFileSync(added, '');
    const withAdded = sourcesHash(root);
    expect(withAdded).not.toBe(hash);
    rmSync(added);
    writeFileSync(join(root, 'src', 'renamed.ts'), '');
    expect(sourcesHash(root)).not.toBe(withAdded);
    rmSync(join(root, 'src', 'renamed.ts'));
  });

  it('keeps the old build when a new one fails, and shows why', async () => {
    const { steps } = createSandbox();
    const path = join(root, 'src', 'worker.ts');
    writeFileSync(path, 'const = 1;');
    await expect(ensureBuilt(root, steps)).rejects.toThrow(/The build failed:[\s\S]*src\/worker\.ts:1:6/);
    expect(runNode(dist('worker.mjs')).stdout).toBe('worker function\n');
    writeFileSync(path, sources['src/worker.ts']);
  });

  it('names a source that is missing', async () => {
    const { steps } = createSandbox();
    const path = join(root, 'src', 'simulator', 'main.ts');
    rmSync(path);
    await expect(ensureBuilt(root, steps)).rejects.toThrow(
      'src/simulator/main.ts is missing: dist/simulator.mjs is made from it.',
    );
    writeFileSync(path, sources['src/simulator/main.ts']);
  });
});
