import { atKey, type Rule, type RuleContext } from '../rule.ts';
import { embeddedExpressions } from '../expression/embedded.ts';
import { truthOf, evaluate, UNKNOWN } from '../expression/evaluate.ts';
import { eventSetting } from '../workflow/reach.ts';
import type { Entry } from '../source/tree.ts';
import { entryOf, type Job, type Workflow } from '../workflow/model.ts';

export const cancelInProgress: Rule = {
  id: 'cancel-in-progress',
  title: 'No production deploy relies on `concurrency.cancel-in-progress: false`.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: (host) =>
    host.id === 'gitea-1.22'
      ? 'Gitea 1.22 reads past `concurrency`: a second push to the same ref cancels the running deploy, and two refs deploy at once (I-03).'
      : `A concurrency group of ${host.label} keeps no queue to rely on: waiting runs are dropped or run out of order, so a release can be lost or roll the fleet backward (I-01, I-03).`,
  fix: "Take it out and let Greenlane's fleet lock keep the order: `greenlane deploy` queues, and the deploy goes on when the CI run is cancelled.",
  docs: 'Fires for `cancel-in-progress: false`, or an expression that may come to false, at the top of a workflow with a production deploy or in the job itself. In other workflows the key is at most an `ignored-key`.',
  examples: {
    bad: {
      'deploy.yml':
        'name: Deploy\non:\n  push:\n    branches: [main]\nconcurrency:\n  group: production\n  cancel-in-progress: false\njobs:\n  deploy:\n    runs-on: publish\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 90\n',
    },
    good: {
      'deploy.yml':
        'name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: publish\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 90\n',
    },
  },
  check(context) {
    for (const workflow of context.targets) {
      const jobs = workflow.jobs.filter((job) => context.deploys(job).length > 0);
      const found = reliedOn(context, workflow, jobs);
      for (const { entry, job } of found) {
        context.report({
          at: atKey(workflow, entry.key),
          message: `the production deploy in job \`${job.id}\` relies on \`concurrency.cancel-in-progress: false\``,
        });
      }
    }
  },
};

/** Keys `cancel-in-progress` that may be false and stand over a production deploy. */
function reliedOn(
  { settings }: RuleContext,
  workflow: Workflow,
  jobs: readonly Job[],
): { entry: Entry; job: Job }[] {
  const owners = jobs.map((job) => ({ owner: job, job }));
  const all = jobs[0] === undefined ? owners : [{ owner: workflow, job: jobs[0] }, ...owners];
  return all.flatMap(({ owner, job }) => {
    const entry = workflow.tree.entry(entryOf(owner, 'concurrency')?.value, 'cancel-in-progress');
    return entry !== undefined &&
      mayBeFalse(workflow.tree.text(entry.value)?.value ?? 'false', settings.branch)
      ? [{ entry, job }]
      : [];
  });
}

function mayBeFalse(text: string, branch: string): boolean {
  const embedded = embeddedExpressions(text)[0];
  if (embedded === undefined) return text.trim().toLowerCase() !== 'true';
  if (embedded.expression === undefined) return true;
  const truth = truthOf(evaluate(embedded.expression, eventSetting('push', branch)));
  return truth === UNKNOWN || !truth;
}
