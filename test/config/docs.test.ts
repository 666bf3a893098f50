import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configDocs, configSchema, fleetSchemaOf, keysOf } from '../../scripts/config-docs.ts';
import { VARIABLE_GROUPS } from '../../scripts/lib/variables.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documented = new Set(VARIABLE_GROUPS.flatMap(({ variables }) => variables.map(({ name }) => name)));

/** Read by Node, the system or the SDK rather than by Greenlane; or set for programs of its own. */
const OF_OTHERS = new Set(['PATH', 'HOME', 'USER', 'TERM', 'LANG', 'LC_ALL', 'LC_CTYPE', 'WT_SESSION']);
/** Folders whose variables are not for people who run deploys. */
const ELSEWHERE = /^src\/(simulator|dev|lint|sop)\//;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** Names of environment variables that the text of a program reads. */
function namesIn(text: string): string[] {
  const reads = [
    /\benv\w*(?:\['([A-Z][A-Z0-9_]{2,})'|\.([A-Z][A-Z0-9_]{2,})\b)/g,
    /\b(?:text|flag|integer|seconds|list)\([\w.#]+, '([A-Z][A-Z0-9_]+)'/g,
    /'((?:GREENLANE|PROD|OTEL|TEMPORAL)_[A-Z0-9_]+)'/g,
  ];
  const taken = [...text.matchAll(/const \{([^}]*)\} = env;/g)].flatMap((match) =>
    (match[1] ?? '').split(',').map((name) => name.trim()),
  );
  return [
    ...reads.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')),
    ...taken,
  ];
}

describe('docs/configuration.md', () => {
  it('is what the schema and the list of variables make of it (npx tsx scripts/config-docs.ts)', () => {
    expect(read('docs/configuration.md')).toBe(configDocs());
  });

  it('explains every key, and says which are required', () => {
    const keys = keysOf(fleetSchemaOf(configSchema()));
    expect(keys.length).toBeGreaterThan(45);
    expect(keys.filter(({ schema }) => (schema.description ?? '') === '').map(({ path }) => path)).toEqual(
      [],
    );
    expect(keys.filter(({ required }) => required).map(({ path }) => path)).toEqual([
      'repo',
      'forge',
      'forge.kind',
      'forge.url',
      'controlPlane',
      'controlPlane.url',
      'tenants',
      'tenants.buildinfoUrl',
      'freeze.windows[].days',
      'registry.url',
      'registry.image',
      'notify[].kind',
      'notify[].url',
    ]);
  });

  it('lists every environment variable that the program reads, and none that it does not', () => {
    const found = new Set(
      sources('src')
        .filter((path) => !ELSEWHERE.test(path))
        .flatMap((path) => namesIn(read(path)))
        .filter((name) => !OF_OTHERS.has(name)),
    );
    expect([...found].filter((name) => !documented.has(name)).sort()).toEqual([]);
    const tokens = new Set(['AUTO_SYNC_TOKEN', 'CP_ADMIN_API_TOKEN', 'PROD_AUTO_DEPLOY_CONTROL_TOKEN']);
    const list = read('src/config/environment.ts');
    const stale = [...documented].filter(
      (name) =>
        !found.has(name) && !tokens.has(name) && !list.includes(`'${name}'`) && !name.startsWith('TEMPORAL_'),
    );
    expect(stale).toEqual([]);
  });
});

describe('docs/greenlane.schema.json', () => {
  const schema = JSON.parse(read('docs/greenlane.schema.json')) as object;
  const validate = new Ajv2020({ strict: false }).compile(schema);

  it('is the schema itself', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(configSchema())));
  });

  it('takes the configuration of this repository, and not one with a key that is none', () => {
    const config = parse(read('greenlane.yaml')) as { fleets: { production: Record<string, unknown> } };
    expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
    config.fleets.production['rolout'] = {};
    expect(validate(config)).toBe(false);
  });
});
