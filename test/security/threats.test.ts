import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TOKEN_VARIABLES } from '../../src/config/defaults.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(root('docs/threat-model.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| T-'))
  .map((line) => {
    const [number = '', at = '', can = '', cannot = '', proof = ''] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [, file = 'no link', title = 'no title'] = /^\[(.+)\]\(\.\.\/\1\) "(.+)"$/.exec(proof) ?? [];
    return { number, at, can, cannot, file, title };
  });

/** Titles of the tests of a file that run: those of `it`, `test` and their tables; a title is a whole one. */
function titlesOf(text: string): Set<string> {
  const tests = /(?:\b(?:it|test)|\](?: as const)?\))\(\s*(['"`])(.+?)\1,/g;
  return new Set([...text.matchAll(tests)].map(([, , title = '']) => title));
}

describe('docs/threat-model.md', () => {
  it('numbers what nobody can do without a gap, and leaves no cell empty', () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.map(({ number }) => number)).toEqual(
      rows.map((_, index) => `T-${String(index + 1).padStart(2, '0')}`),
    );
    for (const { at, can, cannot } of rows) for (const cell of [at, can, cannot]) expect(cell).not.toBe('');
  });

  it('names for each of them a test that there is, by its title', () => {
    const missing = rows.filter(
      ({ file, title }) => !existsSync(root(file)) || !titlesOf(readFileSync(root(file), 'utf8')).has(title),
    );
    expect(missing.map(({ number, file, title }) => `${number}: ${file} has no "${title}"`)).toEqual([]);
  });

  it('says of every place of the design what may be done there, and of every token of the worker what it opens', () => {
    const places = [
      'CI step',
      'operator',
      'worker',
      'Temporal admin',
      'tenant',
      'somebody with write access to main',
    ];
    for (const place of places) expect(page).toContain(`\n| ${place} | `);
    for (const variable of Object.values(DEFAULT_TOKEN_VARIABLES))
      expect(page).toContain(`\n| \`${variable}\` | `);
  });
});
