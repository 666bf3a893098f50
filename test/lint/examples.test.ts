import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { HOSTS } from '../../src/lint/host.ts';
import { lintTree } from './support.ts';

const root = join(import.meta.dirname, '../..');
const examples = ['deploy', 'lint'].flatMap((folder) =>
  readdirSync(join(root, 'examples', folder))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => ({ name: `${folder}/${name}`, forge: name.replace('.yml', '') })),
);

describe('the examples', () => {
  for (const { name, forge } of examples) {
    it(`${name} passes the linter on its forge`, async () => {
      const hosts = HOSTS.filter((host) => host.startsWith(forge));
      expect(hosts.length).toBeGreaterThan(0);
      for (const host of hosts) {
        const files = { [`.${forge}/workflows/example.yml`]: readFileSync(join(root, 'examples', name)) };
        const { findings, unreadable } = await lintTree(files, { host });
        expect([...findings.map(({ message }) => message), ...unreadable]).toEqual([]);
      }
    });
  }

  it('the hook of the repository is the one of the example', () => {
    const [hook] = parse(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as [
      Record<string, unknown>,
    ];
    const config = parse(readFileSync(join(root, 'examples/lint/pre-commit-config.yaml'), 'utf8')) as {
      repos: { hooks: Record<string, unknown>[] }[];
    };
    const example = config.repos[0]?.hooks[0];
    for (const key of Object.keys(example ?? {})) expect(example?.[key]).toEqual(hook[key]);
    expect(new RegExp(String(hook['files'])).test('.gitea/workflows/deploy.yml')).toBe(true);
  });
});
