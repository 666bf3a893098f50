import { at, type Rule } from '../rule.ts';
import { pullRequestEvents } from '../workflow/reach.ts';
import { laneLabel } from './lane.ts';
import { rangeOf } from '../source/tree.ts';

export const laneGuest: Rule = {
  id: 'lane-guest',
  title: 'No job that a pull request can start runs on the lane.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'The lane is reserved for production deploys: a job of a pull request keeps a deploy waiting (I-22), and runs code nobody reviewed on the machine that holds production secrets.',
  fix: 'Give the job another label, or keep pull requests out of it by its trigger or by `if:`.',
  docs: 'The label is `lint.lane` (default `publish`). A job counts as reachable when its workflow has a pull-request or comment event and neither its `if:` nor what it needs excludes it for certain. `--fix` writes `lint.ordinaryLabel`, when one is configured.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push, pull_request]\njobs:\n  test:\n    runs-on: publish\n    steps:\n      - run: make test\n',
    },
    good: {
      'ci.yml':
        "name: CI\non: [push, pull_request]\njobs:\n  image:\n    if: github.event_name == 'push'\n    runs-on: publish\n    steps:\n      - run: make image\n",
    },
  },
  check({ targets, settings, report }) {
    for (const workflow of targets) {
      for (const job of workflow.jobs) {
        const label = laneLabel(job, settings.lane);
        const event = label === undefined ? undefined : pullRequestEvents(job, settings.branch)[0];
        if (label === undefined || event === undefined) continue;
        const [start, end] = rangeOf(label.node);
        const ordinary = settings.ordinaryLabel;
        report({
          at: at(workflow, label.node),
          message: `job \`${job.id}\` is on the lane \`${settings.lane}\` and can be started by \`${event}\``,
          ...(ordinary === undefined || label.value !== settings.lane
            ? {}
            : { edits: [{ start, end, text: ordinary }] }),
        });
      }
    }
  },
};
