import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureClusterPrograms, findClusterPrograms } from '../../../scripts/lib/cluster-programs.mjs';
import { findPostgres } from '../../../scripts/lib/postgres-programs.mjs';
import { createSandbox, withPath, writeTool } from './sandbox.ts';

const go = `case "$1" in
mod) echo "{ \\"Dir\\": \\"$HOME/module\\" }";;
install) case "$4" in *tools/sql*) tool=sql;; *) tool=server;; esac
  printf '#!/bin/sh\\n' > "$GOBIN/$tool"; chmod 755 "$GOBIN/$tool";;
esac`;

describe('ensureClusterPrograms', () => {
  it('builds server and schema tool, and keeps the module’s schema and configuration beside them', async () => {
    const { env, cache, directory, steps, printed, tool } = createSandbox();
    tool('go', go);
    mkdirSync(join(directory, 'module/schema/postgresql/v12/temporal/versioned'), { recursive: true });
    mkdirSync(join(directory, 'module/config/dynamicconfig'), { recursive: true });
    const programs = await ensureClusterPrograms(steps, env);
    expect(findClusterPrograms(env)).toEqual(programs);
    expect(existsSync(programs.sqlTool)).toBe(true);
    expect(existsSync(join(programs.schema, 'temporal', 'versioned'))).toBe(true);
    expect(existsSync(join(programs.config, 'dynamicconfig'))).toBe(true);
    expect(readdirSync(cache)).toEqual(['temporal-server-1.29.1']);
    expect(printed()).toContain('once, about 3 min');
  });

  it('names the ways out without Go', async () => {
    const { env, steps } = createSandbox();
    await expect(ensureClusterPrograms(steps, env)).rejects.toThrow(
      /`go` is not on PATH[\s\S]*install Go 1\.25/,
    );
  });
});

describe('findPostgres', () => {
  it('follows a link to the directory that has all of the programs', () => {
    const { env, directory } = createSandbox();
    const [links, bin] = ['links', 'bin-15'].map((name) => join(directory, name)) as [string, string];
    mkdirSync(links);
    mkdirSync(bin);
    for (const name of ['initdb', 'postgres']) writeTool(join(bin, name), ':');
    symlinkSync(join(bin, 'initdb'), join(links, 'initdb'));
    expect(findPostgres(withPath(env, links))).toBe(bin);
  });
});
