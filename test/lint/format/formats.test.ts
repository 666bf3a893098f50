import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { githubReport } from '../../../src/lint/format/github.ts';
import { jsonReport } from '../../../src/lint/format/json.ts';
import { sarifReport } from '../../../src/lint/format/sarif.ts';
import { textReport } from '../../../src/lint/format/text.ts';
import type { LintResult } from '../../../src/lint/index.ts';
import { corpus, lintTree } from '../support.ts';

const require = createRequire(import.meta.url);

function validator(schema: object) {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(schema);
}

/** The schema is written for draft 4; it uses nothing that later drafts read otherwise but these two keys. */
function official(): object {
  const path = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const {
    $schema: _draft,
    id: _id,
    ...schema
  } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  return schema;
}

const officialSarif = validator(official());
const ownJson = validator(
  JSON.parse(
    readFileSync(new URL('../../../src/lint/format/report.schema.json', import.meta.url), 'utf8'),
  ) as object,
);

async function results(): Promise<LintResult[]> {
  const cases = await Promise.all(
    corpus('err').map((one) => lintTree(one.files, one.host === undefined ? {} : { host: one.host })),
  );
  const unreadable = await lintTree({
    '.gitea/workflows/a.yml': '\tx: [',
    '.gitea/workflows/b b.yml': Buffer.from([0]),
  });
  return [...cases, unreadable, await lintTree({ 'README.md': '' })];
}

describe('the formats', () => {
  it('JSON fits its schema for the whole corpus, for what cannot be read, and for nothing', async () => {
    for (const result of await results()) {
      ownJson(JSON.parse(jsonReport(result)));
      expect(ownJson.errors ?? []).toEqual([]);
    }
  });

  it('SARIF fits the official schema 2.1.0 for the whole corpus, for what cannot be read, and for nothing', async () => {
    for (const result of await results()) {
      officialSarif(JSON.parse(sarifReport(result, '1.2.3')));
      expect(officialSarif.errors ?? []).toEqual([]);
    }
  });

  it('SARIF names the rule, the place and the other half of a finding', async () => {
    const result = await lintTree({
      '.gitea/workflows/a.yml': 'name: X\non: push\njobs: { a: { runs-on: x, steps: [] } }\n',
      '.gitea/workflows/b.yml': 'name: X\non: push\njobs: { a: { runs-on: x, steps: [] } }\n',
    });
    const log = JSON.parse(sarifReport(result, '1.2.3')) as {
      runs: { results: unknown[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    expect(log.runs[0]?.results).toMatchObject([
      {
        ruleId: 'name-collision',
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: '.gitea/workflows/b.yml' },
              region: { startLine: 1, startColumn: 7, endColumn: 8 },
            },
          },
        ],
        relatedLocations: [{ physicalLocation: { artifactLocation: { uri: '.gitea/workflows/a.yml' } } }],
      },
    ]);
    expect(log.runs[0]?.tool.driver.rules.some(({ id }) => id === 'name-collision')).toBe(true);
  });

  it('GitHub commands carry file, line and column, and no text can break out of one', async () => {
    const result = await lintTree({
      '.gitea/workflows/a,b:c.yml':
        'name: "x / y\\n::add-mask::z %0A ::error::"\non: push\njobs: { a: { runs-on: x, steps: [] } }\n',
    });
    const lines = githubReport(result).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^::error file=\.gitea\/workflows\/a%2Cb%3Ac\.yml,line=1,endLine=1,col=7,endColumn=\d+,title=name-slash::/,
    );
    expect(lines[0]).toContain('%250A');
    expect(lines[1]).toMatch(/^1 file for gitea-1\.22: 1 error/);
  });

  it('GitHub commands say what cannot be read, and give a notice when there is nothing', async () => {
    const unreadable = await lintTree({ '.gitea/workflows/a.yml': 'a: [' });
    expect(githubReport(unreadable)).toMatch(
      /^::error file=\.gitea\/workflows\/a\.yml,line=\d+,col=\d+,title=unreadable::is not valid YAML/,
    );
    expect(githubReport(await lintTree({ 'README.md': '' }))).toBe(
      '::notice::no workflow files: there is no directory .gitea/workflows\n',
    );
  });

  it('text shows the line with a caret under the construct, and neither terminal nor runner acts on it', async () => {
    const result = await lintTree({
      '.gitea/workflows/a.yml':
        'name: "a / b" # \u001b[31m ##[error] \u202e x\non: push\njobs: { a: { runs-on: x, steps: [] } }\n',
    });
    const text = textReport(result);
    expect(text).toContain('    1 | name: "a / b" #');
    expect(text).toContain('      |       ^~~~~~~\n');
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
    expect(text).not.toContain('##[error]');
  });
});
