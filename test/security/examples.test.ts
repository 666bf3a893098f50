import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TOKEN_VARIABLES } from '../../src/config/defaults.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textsIn = (directory: string, kind: RegExp) =>
  readdirSync(`${root}/${directory}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => kind.test(name))
    .map((name) => ({
      name: `${directory}/${name}`,
      text: readFileSync(`${root}/${directory}/${name}`, 'utf8'),
    }));
const examples = textsIn('examples', /\.ya?ml$/);
/** Whatever people copy from: docs/lint.md shows what rules find, and is not among it. */
const copied = [
  ...examples,
  ...textsIn('install', /\.ya?ml$/),
  ...textsIn('docs', /(?<!^lint)\.md$/),
  ...textsIn('runbooks', /\.md$/),
  { name: 'README.md', text: readFileSync(`${root}/README.md`, 'utf8') },
];

/**
 * Commits of actions and their tags: the first looked up in the action's repository, the second in what Dependabot wrote
 * when it went from that version to the next.
 */
const KNOWN: Record<string, string> = {
  'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683': 'v4.2.2',
  'github/codeql-action/upload-sarif@1b549b9259bda1cb5ddde3b41741a82a2d15a841': 'v3.28.13',
};

describe('examples', () => {
  it('run no action but by its commit, which is that of the version beside it', () => {
    const used = copied.flatMap(({ name, text }) =>
      [...text.matchAll(/^\s*-?\s*uses:\s*(\S+)(.*)/gm)].map(([, action = '', comment = '']) => ({
        name,
        action,
        comment,
      })),
    );
    expect(used.filter(({ name }) => name.startsWith('examples/')).length).toBeGreaterThan(3);
    for (const { name, action, comment } of used)
      expect(`${name}: ${action}${comment}`).toBe(
        `${name}: ${action} # ${KNOWN[action] ?? 'a known version'}`,
      );
  });

  it('hand the CI step no secret of the worker', () => {
    const deploys = examples.filter(({ text }) => /greenlane (deploy|redeploy|rollback)/.test(text));
    expect(deploys.length).toBeGreaterThan(0);
    for (const { name, text } of deploys)
      for (const variable of Object.values(DEFAULT_TOKEN_VARIABLES))
        expect(`${name}: ${text.replace(/#.*/g, '')}`).not.toContain(variable);
  });
});
