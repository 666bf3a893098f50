import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SetupError } from '../../../scripts/lib/setup-error.mjs';
import { ensureTemporalCli, findTemporalCli } from '../../../scripts/lib/temporal-cli.mjs';
import { createSandbox, withPath, writeTool } from './sandbox.ts';

const says = (server: string): string => `echo "temporal version 1.5.1 (Server ${server}, UI 2.42.1)"`;

function cached(cache: string, version: string): string {
  mkdirSync(join(cache, `temporal-cli-${version}`), { recursive: true });
  return writeTool(join(cache, `temporal-cli-${version}`, 'temporal'), says('1.29.1'));
}

describe('findTemporalCli', () => {
  it('takes TEMPORAL_CLI_PATH first, then PATH, then the cache', () => {
    const { env, cache, tool, directory } = createSandbox();
    expect(findTemporalCli(env)).toBeUndefined();
    const inCache = cached(cache, 'sdk-1.23.0');
    expect(findTemporalCli(env)).toEqual({ path: inCache, source: 'cache' });
    const built = cached(cache, '1.5.1');
    expect(findTemporalCli(env)).toEqual({ path: built, source: 'cache' });
    const onPath = tool('temporal', says('1.29.1'));
    expect(findTemporalCli(env)).toEqual({ path: onPath, source: 'PATH' });
    const named = writeTool(join(directory, 'mine'), says('1.29.1'));
    expect(findTemporalCli({ ...env, TEMPORAL_CLI_PATH: named })).toEqual({
      path: named,
      source: 'TEMPORAL_CLI_PATH',
    });
  });

  it.each([
    ['an old server', says('1.24.2')],
    ['something else of that name', 'echo a game'],
    ['a broken file', 'exit 1'],
  ])('passes over %s on PATH', (_what, script) => {
    const { env, tool } = createSandbox();
    tool('temporal', script);
    expect(findTemporalCli(env)).toBeUndefined();
  });

  it.each([['1.28.0'], ['1.30.4'], ['2.0.0']])('takes server %s on PATH', (version) => {
    const { env, tool } = createSandbox();
    tool('temporal', says(version));
    expect(findTemporalCli(env)?.source).toBe('PATH');
  });

  it('never passes over a wrong TEMPORAL_CLI_PATH', () => {
    const { env, cache } = createSandbox();
    cached(cache, '1.5.1');
    expect(() => findTemporalCli({ ...env, TEMPORAL_CLI_PATH: '/no/such/temporal' })).toThrow(
      'TEMPORAL_CLI_PATH is /no/such/temporal, which is no executable file',
    );
  });
});

describe('ensureTemporalCli', () => {
  it('says nothing and does nothing when there is one', async () => {
    const { env, cache, steps, printed } = createSandbox();
    const path = cached(cache, '1.5.1');
    expect(await ensureTemporalCli(steps, env)).toEqual({ path, source: 'cache' });
    expect(printed()).toBe('');
  });

  it('builds with Go when the download is refused, and says what, why and how long', async () => {
    const { env, cache, steps, printed, tool } = createSandbox();
    tool(
      'go',
      `printf '%s\\n' "$*" > "$HOME/asked"; printf '#!/bin/sh\\n' > "$GOBIN/temporal"; chmod 755 "$GOBIN/temporal"`,
    );
    const found = await ensureTemporalCli(steps, env);
    expect(found.path).toBe(join(cache, 'temporal-cli-1.5.1', 'temporal'));
    expect(findTemporalCli(env)).toEqual(found);
    expect(printed()).toMatch(/building CLI 1\.5\.1 with Go: the download failed \(.+\); once, about 5 min/);
    expect(readdirSync(cache)).toEqual(['temporal-cli-1.5.1']);
  });

  it('leaves nothing of a build that failed, and shows the compiler’s words', async () => {
    const { env, cache, steps, tool } = createSandbox();
    tool('go', 'echo half > "$GOBIN/temporal"; echo "no space left" >&2; exit 1');
    await expect(ensureTemporalCli(steps, env)).rejects.toThrow(/go install .* failed:\nno space left/);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('names every way out when there is none', async () => {
    const { env, steps, directory } = createSandbox();
    const old = join(directory, 'old');
    mkdirSync(old);
    writeTool(join(old, 'temporal'), says('1.24.2'));
    const attempt = ensureTemporalCli(steps, withPath(env, old));
    await expect(attempt).rejects.toThrow(SetupError);
    await expect(attempt).rejects.toThrow(/has server 1\.24, 1\.28 is the oldest that will do/);
    await expect(attempt).rejects.toThrow(/the download +failed: /);
    await expect(attempt).rejects.toThrow(/install Go 1\.25 or later/);
  });
});
