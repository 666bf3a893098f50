import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/lint/rules/index.ts';
import type { Rule } from '../../src/lint/rule.ts';
import { lintTree } from './support.ts';

/** Lints an example of a rule on the first host it matters on. */
export function example(rule: Rule, kind: 'bad' | 'good') {
  const files = Object.fromEntries(
    Object.entries(rule.examples[kind]).map(([file, text]) => [
      /^(greenlane\.yaml|\.runners)$/.test(file) ? file : `.gitea/workflows/${file}`,
      text,
    ]),
  );
  return lintTree(files, rule.hosts[0] === undefined ? {} : { host: rule.hosts[0] });
}

describe('the rules', () => {
  it('have ids that are short nouns in kebab-case, each once', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+){0,3}$/);
  });

  for (const rule of RULES) {
    it(`${rule.id}: its bad example is found, its good one is clean`, async () => {
      expect((await example(rule, 'bad')).findings.map((finding) => finding.rule)).toContain(rule.id);
      const good = await example(rule, 'good');
      expect([
        ...good.findings.map((finding) => finding.rule),
        ...good.unreadable.map(({ reason }) => reason),
      ]).toEqual([]);
    });
  }
});
