import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const rows = readFileSync(root('docs/incidents.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| I-'))
  .map((line) => {
    const [number = '', rule = '', code = '', test = ''] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const target = (cell: string): string => /^\[(.+)\]\(\.\.\/\1\)$/.exec(cell)?.[1] ?? 'no link';
    return { number, rule, code: target(code), test: target(test) };
  });

describe('docs/incidents.md', () => {
  it('has every number once, in order', () => {
    const numbers = Array.from({ length: 32 }, (_, index) => `I-${String(index + 1).padStart(2, '0')}`);
    expect(rows.map(({ number }) => number)).toEqual(numbers);
  });

  it('has links that lead somewhere', () => {
    expect(rows.flatMap(({ code, test }) => [code, test]).filter((path) => !existsSync(root(path)))).toEqual(
      [],
    );
  });

  it.each(rows)(
    'names for $number a file with a test whose title begins with it',
    ({ number, rule, test }) => {
      expect(rule.length).toBeGreaterThan(10);
      const titles = [...readFileSync(root(test), 'utf8').matchAll(/['"`](I-\d\d): [^'"`]+['"`],/g)];
      expect(titles.map((match) => match[1])).toContain(number);
    },
  );
});
