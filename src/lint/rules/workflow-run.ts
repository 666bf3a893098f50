import { atKey, type Rule } from '../rule.ts';
import { trigger } from '../workflow/model.ts';

export const workflowRun: Rule = {
  id: 'workflow-run',
  title: 'No workflow waits for `workflow_run`.',
  severity: 'error',
  hosts: ['gitea-1.22', 'forgejo'],
  why: (host) =>
    `${host.label} parses \`workflow_run\` and never fires it: what should follow another workflow never runs, and nobody is told.`,
  fix: 'Trigger on `push` and wait for the other workflow by its status contexts (`greenlane deploy` waits for its gates), or make both jobs of one workflow with `needs:`.',
  docs: 'All forms of `on:` are looked at. Chaining a deploy to a build by `workflow_run` is the usual way this goes wrong: the build is green, the deploy never starts.',
  examples: {
    bad: {
      'deploy.yml':
        'name: Deploy\non:\n  workflow_run:\n    workflows: [Build]\n    types: [completed]\njobs:\n  notes:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make notes\n',
    },
    good: {
      'deploy.yml':
        'name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make image\n  notes:\n    needs: build\n    runs-on: ubuntu-latest\n    steps:\n      - run: make notes\n',
    },
  },
  check({ targets, host, report }) {
    for (const workflow of targets) {
      const found = trigger(workflow, 'workflow_run');
      if (found !== undefined)
        report({
          at: atKey(workflow, found.place),
          message: `\`workflow_run\` never fires on ${host.label}`,
        });
    }
  },
};
