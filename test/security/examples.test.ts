import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TOKEN_VARIABLES } from '../../src/config/defaults.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = readdirSync(`${root}/examples`, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.ya?ml$/.test(name))
  .map((name) => ({ name, text: readFileSync(`${root}/examples/${name}`, 'utf8') }));

describe('examples', () => {
  it('run no action but by its commit', () => {
    const used = examples.flatMap(({ name, text }) =>
      [...text.matchAll(/uses:\s*(\S+)(.*)/g)].map(([, action = '', comment = '']) => ({
        name,
        action,
        comment,
      })),
    );
    expect(used.length).toBeGreaterThan(3);
    for (const { name, action, comment } of used) {
      expect(`${name}: ${action}`).toMatch(/: [\w./-]+@[0-9a-f]{40}$/);
      // Which version that is, for people.
      expect(`${name}:${comment}`).toMatch(/ # v\d+\.\d+\.\d+$/);
    }
  });

  it('hand the CI step no secret of the worker', () => {
    const deploys = examples.filter(({ text }) => /greenlane (deploy|redeploy|rollback)/.test(text));
    expect(deploys.length).toBeGreaterThan(0);
    for (const { name, text } of deploys)
      for (const variable of Object.values(DEFAULT_TOKEN_VARIABLES))
        expect(`${name}: ${text.replace(/#.*/g, '')}`).not.toContain(variable);
  });
});
