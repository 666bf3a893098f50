import { isMap, isScalar, isSeq } from 'yaml';
import { at, type Rule } from '../rule.ts';
import type { Entry } from '../source/tree.ts';
import type { Workflow } from '../workflow/model.ts';

type Kind = 'a mapping' | 'a list' | 'a boolean' | 'one value';

const WORKFLOW_KINDS: Readonly<Record<string, Kind>> = {
  env: 'a mapping',
  jobs: 'a mapping',
  defaults: 'a mapping',
  name: 'one value',
};
const JOB_KINDS: Readonly<Record<string, Kind>> = {
  services: 'a mapping',
  steps: 'a list',
  strategy: 'a mapping',
  outputs: 'a mapping',
  with: 'a mapping',
  defaults: 'a mapping',
  name: 'one value',
  uses: 'one value',
  'timeout-minutes': 'one value',
};
const STEP_KINDS: Readonly<Record<string, Kind>> = {
  with: 'a mapping',
  'continue-on-error': 'a boolean',
  run: 'one value',
  uses: 'one value',
  name: 'one value',
  id: 'one value',
  shell: 'one value',
  'timeout-minutes': 'one value',
};

export const valueKind: Rule = {
  id: 'value-kind',
  title: 'Every key holds the kind of value the parser of the host expects.',
  severity: 'error',
  hosts: ['gitea-1.22'],
  why: 'Gitea 1.22 decodes the file before it evaluates an expression: where a mapping, a list or a boolean must be, `${{ … }}` or another kind of value means that no run is created, with no status anywhere.',
  fix: 'Write the value out; decide with `if:` on the step or the job instead.',
  docs: "Looked at: `env`, `jobs`, `defaults`, `services`, `steps`, `strategy`, `outputs`, `with`, `continue-on-error` of a step, and keys that hold one value. A step's `continue-on-error: ${{ … }}` is the case people meet.",
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services: ${{ vars.SERVICES }}\n    steps:\n      - run: make test\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:15\n    steps:\n      - run: make test\n',
    },
  },
  check({ targets, report }) {
    const look = (
      workflow: Workflow,
      entries: readonly Entry[],
      kinds: Readonly<Record<string, Kind>>,
      where: string,
    ) => {
      for (const entry of entries) {
        const kind = Object.hasOwn(kinds, entry.name) ? kinds[entry.name] : undefined;
        if (kind === undefined || isKind(entry, kind)) continue;
        const expression = isScalar(entry.value) && String(entry.value.value).includes('${{');
        report({
          at: at(workflow, entry.value ?? entry.key),
          message: `\`${entry.name}\` of ${where} has ${expression ? 'an expression' : 'something else'} where ${kind} must be`,
        });
      }
    };
    for (const workflow of targets) {
      look(workflow, workflow.entries, WORKFLOW_KINDS, 'the workflow');
      for (const job of workflow.jobs) {
        look(workflow, job.entries, JOB_KINDS, `job \`${job.id}\``);
        for (const step of job.steps)
          look(workflow, step.entries, STEP_KINDS, `step ${step.index + 1} of job \`${job.id}\``);
      }
      for (const entry of workflow.tree.entries(
        workflow.entries.find(({ name }) => name === 'jobs')?.value,
      )) {
        if (!isMap(entry.value))
          report({ at: at(workflow, entry.key), message: `job \`${entry.name}\` is no mapping` });
      }
    }
  },
};

/** A key without a value passes: the parser leaves it at its default. */
function isKind({ value }: Entry, kind: Kind): boolean {
  if (value === null || (isScalar(value) && value.value === null)) return true;
  if (kind === 'a mapping') return isMap(value);
  if (kind === 'a list') return isSeq(value);
  if (kind === 'one value') return isScalar(value);
  return isScalar(value) && typeof value.value === 'boolean';
}
