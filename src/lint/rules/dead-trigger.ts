import { at, type Rule } from '../rule.ts';

export const deadTrigger: Rule = {
  id: 'dead-trigger',
  title: 'Every event of `on:` can fire on this host.',
  severity: 'warning',
  hosts: ['gitea-1.22'],
  why: 'Gitea 1.22 parses events it does not have and never fires them: what waits for one never runs.',
  fix: 'Take the event out, or use one that fires: `push`, `pull_request`, `schedule`.',
  docs: 'An error when no other event of the workflow can fire, a warning beside one that does. A bare `workflow_dispatch` is such an event: 1.22 has no button for it. `workflow_run` has a rule of its own.',
  examples: {
    bad: {
      'manual.yml':
        'name: Manual\non: workflow_dispatch\njobs:\n  clean:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make clean\n',
    },
    good: {
      'manual.yml':
        "name: Nightly\non:\n  schedule:\n    - cron: '17 3 * * *'\njobs:\n  clean:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make clean\n",
    },
  },
  check({ targets, host, report }) {
    const events = host.events;
    if (events === undefined) return;
    for (const workflow of targets) {
      const alive = workflow.triggers.some(({ event }) => events.includes(event));
      for (const trigger of workflow.triggers) {
        if (events.includes(trigger.event) || trigger.event === 'workflow_run') continue;
        // The whole file is dropped then, which another rule says.
        if (workflow.tree.entry(trigger.entry?.value, 'inputs') !== undefined) continue;
        report({
          at: at(workflow, trigger.place),
          message: `\`${trigger.event}\` never fires on ${host.label}${alive ? '' : ', and nothing else starts this workflow'}`,
          severity: alive ? 'warning' : 'error',
        });
      }
    }
  },
};
