import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ensureDependencies } from '../../../scripts/lib/dependencies.mjs';
import type { Sandbox } from './sandbox.ts';
import { createSandbox } from './sandbox.ts';

const lock = (...names: string[]): string =>
  JSON.stringify({
    packages: Object.fromEntries([
      ['', { name: 'project' }],
      ...names.map((name) => [`node_modules/${name}`, { integrity: `sha512-${name}` }]),
      ['node_modules/of-another-platform', { integrity: 'sha512-x', optional: true }],
    ]),
  });

/** A project with a lock file, and an npm that records how it was called. */
function createProject(npm = 'mkdir -p node_modules; echo "$@" >> calls'): Sandbox & { calls(): string[] } {
  const sandbox = createSandbox();
  const { directory } = sandbox;
  writeFileSync(join(directory, 'package-lock.json'), lock('a', 'b'));
  sandbox.tool('npm', npm);
  vi.stubEnv('PATH', String(sandbox.env['PATH']));
  const calls = (): string[] =>
    existsSync(join(directory, 'calls'))
      ? readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n')
      : [];
  return { ...sandbox, calls };
}

function recordInstalled(directory: string, ...names: string[]): void {
  mkdirSync(join(directory, 'node_modules'), { recursive: true });
  const record = JSON.parse(lock(...names)) as { packages: Record<string, unknown> };
  delete record.packages['node_modules/of-another-platform'];
  writeFileSync(join(directory, 'node_modules', '.package-lock.json'), JSON.stringify(record));
}

afterEach(() => vi.unstubAllEnvs());

describe('ensureDependencies', () => {
  it('installs once, and again when the lock file has changed', async () => {
    const { directory, steps, printed, calls } = createProject();
    await ensureDependencies(directory, steps);
    await ensureDependencies(directory, steps);
    expect(calls()).toEqual(['ci --no-audit --no-fund']);
    expect(printed()).toMatch(/^Dependencies: npm ci \(first time\) … [\d.]+ s\n$/);
    appendFileSync(join(directory, 'package-lock.json'), ' ');
    await ensureDependencies(directory, steps);
    expect(calls()).toHaveLength(2);
    expect(printed()).toContain('package-lock.json has changed');
  });

  it('takes over what `npm install` put there, when it is the very same', async () => {
    const { directory, steps, calls } = createProject();
    recordInstalled(directory, 'a', 'b');
    await ensureDependencies(directory, steps);
    expect(calls()).toEqual([]);
  });

  it.each([
    ['a missing package', ['a']],
    ['another package', ['a', 'b', 'c']],
  ])('installs over %s', async (_what, names) => {
    const { directory, steps, calls } = createProject();
    recordInstalled(directory, ...names);
    await ensureDependencies(directory, steps);
    expect(calls()).toHaveLength(1);
  });

  it('shows npm’s own words when it fails, and tries again the next time', async () => {
    const { directory, steps, calls } = createProject(
      'echo "$@" >> calls; echo "npm error ENOTFOUND registry" >&2; exit 1',
    );
    const attempt = ensureDependencies(directory, steps);
    await expect(attempt).rejects.toThrow(
      'npm ci failed, so the dependencies are not installed:\nnpm error ENOTFOUND registry',
    );
    await ensureDependencies(directory, steps).catch(() => {});
    expect(calls()).toHaveLength(2);
  });
});
