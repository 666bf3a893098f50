import { atKey, type Rule } from '../rule.ts';
import type { Entry } from '../source/tree.ts';
import type { Workflow } from '../workflow/model.ts';

const MEANING: Readonly<Record<string, string>> = {
  concurrency: 'runs are neither queued nor kept from each other by it',
  permissions: 'the token of the run keeps all its rights',
  environment: 'no approval and no secrets of the environment apply',
  'timeout-minutes': 'the job may run for as long as the runner lets it',
};

export const ignoredKey: Rule = {
  id: 'ignored-key',
  title: 'No key is written that the host reads past.',
  severity: 'warning',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo'],
  why: (host) =>
    `${host.label} reads past this key without a word, so the file promises something that does not hold.`,
  fix: 'Take it out, or do what it promises another way (`timeout-minutes` on the steps, a gate, an approval in Greenlane).',
  docs: 'By host. Gitea 1.22: `concurrency`, `permissions`, and in jobs `environment` and `timeout-minutes` (of steps it holds); Gitea 1.26: `environment` and `timeout-minutes` of jobs; Forgejo: `permissions` and `environment`. `continue-on-error` of a job is looked at by `masked-failure`, and a production deploy that relies on `concurrency` by `cancel-in-progress`.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\npermissions:\n  contents: read\njobs:\n  test:\n    runs-on: ubuntu-latest\n    timeout-minutes: 10\n    steps:\n      - run: make test\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n        timeout-minutes: 10\n',
    },
  },
  check({ targets, host, report, deploys }) {
    const look = (
      workflow: Workflow,
      entries: readonly Entry[],
      keys: readonly string[],
      where: string,
      relied: boolean,
    ) => {
      for (const entry of entries) {
        if (!keys.includes(entry.name)) continue;
        if (
          relied &&
          entry.name === 'concurrency' &&
          workflow.tree.entry(entry.value, 'cancel-in-progress') !== undefined
        )
          continue;
        report({
          at: atKey(workflow, entry.key),
          message: `\`${entry.name}\` of ${where} is ignored by ${host.label}: ${MEANING[entry.name] ?? 'it has no effect'}`,
        });
      }
    };
    for (const workflow of targets) {
      const deploying = workflow.jobs.filter((job) => deploys(job).length > 0);
      look(workflow, workflow.entries, host.ignoredWorkflowKeys, 'the workflow', deploying.length > 0);
      for (const job of workflow.jobs)
        look(workflow, job.entries, host.ignoredJobKeys, `job \`${job.id}\``, deploying.includes(job));
    }
  },
};
