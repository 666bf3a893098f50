import { at, type Rule } from '../rule.ts';
import { entryOf } from '../workflow/model.ts';

export const stepTimeout: Rule = {
  id: 'step-timeout',
  title: "A step's `timeout-minutes` is a whole number.",
  severity: 'error',
  hosts: ['gitea-1.22'],
  why: 'Gitea 1.22 understands whole minutes only: a fraction or an expression is read past, and the step has no limit at all.',
  fix: 'Write a whole number of minutes.',
  docs: 'Only steps are looked at: `timeout-minutes` of a job is ignored on this host, which `ignored-key` says.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n        timeout-minutes: 1.5\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n        timeout-minutes: 2\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      for (const step of workflow.jobs.flatMap((job) => job.steps)) {
        const entry = entryOf(step, 'timeout-minutes');
        const text = workflow.tree.text(entry?.value);
        if (entry === undefined || text === undefined || /^[1-9]\d*$/.test(text.value.trim())) continue;
        report({
          at: at(workflow, text.node),
          message: `\`timeout-minutes: ${text.value}\` of a step is no whole number of minutes`,
        });
      }
    }
  },
};
