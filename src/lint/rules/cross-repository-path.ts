import { at, type Rule } from '../rule.ts';
import type { Text } from '../source/tree.ts';
import type { Workflow } from '../workflow/model.ts';

export const crossRepositoryPath: Rule = {
  id: 'cross-repository-path',
  title: 'No `uses` names a path in another repository.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26'],
  why: "`uses: owner/repo/path@ref` is looked up below the instance's default actions URL, not on this forge, and a private repository cannot be cloned from there: the job fails before its first step, or another repository of the same name is run.",
  fix: 'Keep a copy in this repository and use `./path`, or name the forge in full: `https://forge.example/owner/repo/path@ref`.',
  docs: 'Steps and jobs (reusable workflows) are looked at. Local paths (`./…`), container images (`docker://…`) and full URLs pass.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/ci-actions/secret-scan@v1\n  shared:\n    runs-on: ubuntu-latest\n    uses: acme/ci-actions/.gitea/workflows/build.yml@main\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./.gitea/actions/secret-scan\n',
    },
  },
  check({ targets, report }) {
    const look = (workflow: Workflow, uses: Text | undefined, where: string) => {
      if (
        uses === undefined ||
        !/^[\w.-]+\/[\w.-]+\/[^@\s]+(@\S+)?$/.test(uses.value) ||
        uses.value.startsWith('.')
      )
        return;
      report({
        at: at(workflow, uses.node),
        message: `\`uses: ${uses.value}\` of ${where} names a path in another repository`,
      });
    };
    for (const workflow of targets) {
      for (const job of workflow.jobs) {
        look(workflow, job.uses, `job \`${job.id}\``);
        for (const step of job.steps) look(workflow, step.uses, 'a step');
      }
    }
  },
};
