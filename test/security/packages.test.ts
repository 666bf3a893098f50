import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, it } from 'vitest';
import { readAdvisories } from '../../scripts/lib/advisories.mjs';
import { isAllowed, problemsIn, problemsOf } from '../../scripts/lib/packages.mjs';
import { sbom } from '../../scripts/lib/sbom.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const integrity = 'sha512-abc';

describe('a problem with a package', () => {
  it('has none in this project', () => {
    expect(problemsIn(root)).toEqual([]);
  });

  it('names the package and what is wrong with it', () => {
    const problems = problemsOf(
      {
        '': {},
        'node_modules/good': { version: '1.0.0', license: 'MIT', integrity },
        'node_modules/left/node_modules/@a/gpl': { version: '2.0.0', license: 'GPL-3.0-only', integrity },
        'node_modules/dev-gpl': { version: '1.0.0', license: 'GPL-3.0-only', integrity, dev: true },
        'node_modules/silent': { version: '3.0.0', integrity },
        'node_modules/old': { version: '4.0.0', license: 'ISC', integrity: 'sha1-abc' },
        'node_modules/git': { version: '5.0.0', license: 'ISC', integrity, resolved: 'git+ssh://x/y' },
        'node_modules/runs': {
          version: '6.0.0',
          license: 'ISC',
          integrity,
          dev: true,
          hasInstallScript: true,
        },
      },
      () => undefined,
    );
    expect(problems).toEqual([
      '@a/gpl@2.0.0 has the licence GPL-3.0-only, which is not allowed',
      'silent@3.0.0 names no licence',
      'old@4.0.0 has no SHA-512 checksum in package-lock.json',
      'git@5.0.0 does not come from the registry',
      'runs@6.0.0 runs a program when it is installed, which nobody has allowed',
    ]);
  });

  it.each([
    ['Apache-2.0 AND MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['GPL-3.0-only', false],
    ['MIT AND GPL-3.0-only', false],
    ['(MIT OR (ISC AND X))', false],
    ['SEE LICENSE IN LICENSE', false],
    ['UNLICENSED', false],
    ['', false],
  ])('%s: allowed is %s', (expression, expected) => expect(isAllowed(expression)).toBe(expected));
});

describe('what the registry knows', () => {
  it('is found, none, or unknown; an answer that is none is never good news', () => {
    const found = { vulnerabilities: { bad: { severity: 'high', range: '<2' } }, metadata: {} };
    expect(readAdvisories(JSON.stringify(found))).toEqual({ kind: 'found', lines: ['bad (high): <2'] });
    expect(readAdvisories('{"vulnerabilities":{},"metadata":{}}')).toEqual({ kind: 'none' });
    const refused = '{"message":"405 Method Not Allowed - POST https://x/y","error":{}}';
    expect(readAdvisories(refused)).toEqual({ kind: 'unknown', why: '405 Method Not Allowed' });
    for (const output of ['', '{}', '[]', 'null', '{"vulnerabilities":{}}', 'npm ERR!'])
      expect(readAdvisories(output).kind).toBe('unknown');
  });
});

describe('the bill of materials', () => {
  const made = sbom(root);

  it('is what the schema of CycloneDX 1.5 allows, and no key beside', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
    expect(await validator.validate(await made)).toBeNull();
    const bom = JSON.parse(await made) as { components: object[] };
    for (const wrong of [
      { ...bom, componentz: [] },
      { ...bom, components: [{ name: 'no type' }] },
    ])
      expect(await validator.validate(JSON.stringify(wrong))).not.toBeNull();
  });

  it('lists every production package once, with version, checksum and address, and no other', async () => {
    interface Component {
      readonly type: string;
      readonly 'bom-ref': string;
      readonly purl: string;
      readonly hashes: readonly { readonly alg: string; readonly content: string }[];
    }
    const bom = JSON.parse(await made) as {
      bomFormat: string;
      specVersion: string;
      metadata: { component: { name: string; type: string } };
      components: Component[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: { name: 'greenlane', type: 'application' } },
    });
    const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as {
      packages: Record<string, { version: string; dev?: boolean; integrity: string }>;
    };
    const production = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
    const named = production.map(
      ([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`,
    );
    const refs = bom.components.map((component) => component['bom-ref']);
    expect(refs.toSorted()).toEqual([...new Set(named)].toSorted());
    for (const { purl, hashes } of bom.components) {
      expect(purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d/);
      expect(hashes[0]).toMatchObject({ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) });
    }
    const known = new Set([...refs, ...bom.dependencies.map(({ ref }) => ref)]);
    expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref))).toEqual(
      [],
    );
  });
});
