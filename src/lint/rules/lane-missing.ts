import { at, atKey, type Rule } from '../rule.ts';
import { rangeOf } from '../source/tree.ts';
import { entryOf } from '../workflow/model.ts';
import { laneLabel } from './lane.ts';

export const laneMissing: Rule = {
  id: 'lane-missing',
  title: 'A production deploy runs on the lane.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'On an ordinary label a deploy waits behind ordinary CI: an urgent fix waited 25 minutes that way (I-22).',
  fix: 'Set `runs-on:` to the label of the lane.',
  docs: 'The label is `lint.lane` (default `publish`); what counts as a production deploy is said under "Production". `--fix` replaces a single label that is written out.',
  examples: {
    bad: {
      'deploy.yml':
        'name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 90\n',
    },
    good: {
      'deploy.yml':
        'name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: publish\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 90\n',
    },
  },
  check({ targets, settings, deploys, report }) {
    for (const workflow of targets) {
      for (const job of workflow.jobs) {
        if (deploys(job).length === 0 || laneLabel(job, settings.lane) !== undefined) continue;
        const runsOn = entryOf(job, 'runs-on');
        const [only] = job.runsOn;
        const single =
          job.runsOn.length === 1 && only !== undefined && !only.value.includes('${{')
            ? rangeOf(only.node)
            : undefined;
        report({
          at: runsOn === undefined ? atKey(workflow, job.key) : at(workflow, runsOn.value ?? runsOn.key),
          message: `job \`${job.id}\` redeploys production and is not on the lane \`${settings.lane}\``,
          ...(single === undefined
            ? {}
            : { edits: [{ start: single[0], end: single[1], text: settings.lane }] }),
        });
      }
    }
  },
};
