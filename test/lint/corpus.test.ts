import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textReport } from '../../src/lint/format/text.ts';
import { RULES } from '../../src/lint/rules/index.ts';
import { corpus, lintTree, type CorpusCase } from './support.ts';

const lint = (one: CorpusCase) => lintTree(one.files, one.host === undefined ? {} : { host: one.host });

describe('files that are fine', () => {
  for (const one of corpus('ok')) {
    it(`says nothing about ${one.name}`, async () => {
      const result = await lint(one);
      expect(result.findings.map(({ rule, line, message }) => `${line}: ${message} [${rule}]`)).toEqual([]);
      expect(result.unreadable).toEqual([]);
    });
  }
});

describe('files that are not', () => {
  for (const one of corpus('err')) {
    it(`says exactly what is wrong with ${one.name}`, async () => {
      const path = join(import.meta.dirname, 'err', `${one.name}.out`);
      const report = textReport(await lint(one));
      if (process.env['UPDATE_CORPUS'] === '1') writeFileSync(path, report);
      expect(report).toBe(readFileSync(path, 'utf8'));
    });
  }
});

describe('the corpus', () => {
  it('has two bad cases of every rule', async () => {
    const counts = new Map<string, number>();
    for (const one of corpus('err'))
      for (const { rule } of (await lint(one)).findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    expect(RULES.map(({ id }) => id).filter((id) => (counts.get(id) ?? 0) < 2)).toEqual([]);
  });

  it('has two good cases of every rule', () => {
    const counts = new Map<string, number>();
    for (const { name, files } of corpus('ok')) {
      const rule =
        RULES.map(({ id }) => id)
          .filter((id) => name.startsWith(id))
          .sort((a, b) => b.length - a.length)[0] ?? '';
      const cases = Object.values(files).reduce(
        (sum, text) => sum + String(text).split('# case: ').length - 1,
        0,
      );
      counts.set(rule, (counts.get(rule) ?? 0) + cases);
    }
    expect(RULES.map(({ id }) => id).filter((id) => (counts.get(id) ?? 0) < 2)).toEqual([]);
  });
});
