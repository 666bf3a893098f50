import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_REQUIRED_CONTEXTS } from '../../src/config/defaults.ts';
import { RULES } from '../../src/lint/rules/index.ts';
import { judgeEvidence } from '../../src/sop/evidence.ts';
import { judgeFindings } from '../../src/sop/findings.ts';
import { TOPICS } from '../../src/sop/section.ts';
import { SETTING } from './support.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const runbook = read('runbooks/sop-production-cicd.md');
const rules = new Set(RULES.map(({ id }) => id));

describe('runbooks/sop-production-cicd.md', () => {
  it('lists the default required contexts, and only those', () => {
    const listed = [...runbook.matchAll(/^- `(.+ \/ .+ \(push\))`$/gm)].map((match) => match[1]);
    expect(listed).toEqual([...DEFAULT_REQUIRED_CONTEXTS]);
  });

  it('names rules that exist, and among them every one the SOP demands', () => {
    const [, named = ''] = /It rejects, by rule:(.*)/.exec(runbook) ?? [];
    const ids = [...named.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map((match) => match[1] ?? '');
    expect(ids.filter((id) => !rules.has(id))).toEqual([]);
    for (const id of [
      'dispatch-inputs',
      'workflow-run',
      'name-slash',
      'name-collision',
      'cross-repository-path',
      'raw-answer',
      'deploy-controls',
    ])
      expect(ids).toContain(id);
  });

  it('asks the questions that are checked', () => {
    for (const topic of TOPICS) expect(runbook.toLowerCase()).toContain(`| ${topic} |`);
  });

  it('shows ways of closing a finding that close one, and a template that answers nothing', () => {
    for (const [, line = ''] of runbook.matchAll(/: `(C1: .+)`$/gm)) {
      expect(
        judgeFindings([{ user: 'kurt', body: 'Critical C1: x' }], line).map(({ closed }) => closed),
      ).toEqual([true]);
    }
    const template = read('examples/sop/pull_request_template.md');
    expect(judgeEvidence(template, { ...SETTING, template }).filter(({ ok }) => ok)).toEqual([]);
  });
});

describe('the links of the SOP', () => {
  // The other runbooks are written by their own tests' owners; what is linked from here must be there.
  it.each(['runbooks/sop-production-cicd.md', 'docs/sop.md'])('in %s lead somewhere', (path) => {
    const broken = [...read(path).matchAll(/\]\(([^)#]+)[^)]*\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !target.includes('://') && !existsSync(resolve(root, dirname(path), target)));
    expect(
      broken.filter((target) => !/^(production-auto-deploy|rollback|halted-deploy)\.md$/.test(target)),
    ).toEqual([]);
  });
});
