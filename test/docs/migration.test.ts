import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VARIABLE_GROUPS } from '../../scripts/lib/variables.ts';

const text = readFileSync('docs/migration.md', 'utf8');

it('docs/migration.md says of every variable of the predecessor what became of it', () => {
  const names = VARIABLE_GROUPS.flatMap(({ variables }) => variables.map(({ name }) => name));
  const predecessors = names.filter((name) => /^(PROD_|CI_STATUS_|CP_|AUTO_SYNC_)/.test(name));
  expect(predecessors.length).toBeGreaterThan(15);
  for (const name of predecessors) expect(text).toContain(`| \`${name}\``);
});

it('docs/migration.md has every exit code of a deploy', () => {
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(text).toContain(`\n| ${code} |`);
});
