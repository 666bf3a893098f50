import type { Host } from '../host.ts';
import type { Deploy } from '../production.ts';
import { type Rule } from '../rule.ts';
import { entryOf, type Job } from '../workflow/model.ts';

export const deployTimeLimit: Rule = {
  id: 'deploy-time-limit',
  title: 'A production deploy has a time limit that this host honours.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: (host) =>
    host.ignoredJobKeys.includes('timeout-minutes')
      ? `${host.label} ignores \`timeout-minutes\` of a job: a deploy that hangs keeps the lane until somebody looks.`
      : 'Without a limit a deploy that hangs keeps the lane for hours.',
  fix: 'Set `timeout-minutes` (a whole number) on the step that deploys, longer than the gates and the waves can take; `greenlane plan` prints that time.',
  docs: 'A limit is `timeout-minutes` of the step; `timeout-minutes` of the job where the host honours it; the `timeout` command around the call; `--timeout` of a Greenlane command. `curl --max-time` bounds one call and not the job, and is none.',
  examples: {
    bad: {
      'deploy.yml':
        'name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: publish\n    timeout-minutes: 90\n    steps:\n      - run: greenlane deploy\n',
    },
    good: {
      'deploy.yml':
        'name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: publish\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 90\n',
    },
  },
  check({ targets, host, deploys, report }) {
    for (const workflow of targets) {
      for (const job of workflow.jobs) {
        const unlimited = deploys(job).find((deploy) => !isLimited(deploy, job, host));
        if (unlimited === undefined) continue;
        const ignored =
          host.ignoredJobKeys.includes('timeout-minutes') && entryOf(job, 'timeout-minutes') !== undefined;
        const own = ignored ? `: \`timeout-minutes\` of the job is ignored by ${host.label}` : '';
        report({
          at: unlimited.at,
          message: `the production deploy in job \`${job.id}\` has no time limit${own}`,
        });
      }
    }
  },
};

function isLimited(deploy: Deploy, job: Job, host: Host): boolean {
  const { tree } = job.workflow;
  const minutes = (owner: Parameters<typeof entryOf>[0]) =>
    tree.text(entryOf(owner, 'timeout-minutes')?.value)?.value.trim();
  const wholeOnly = host.id === 'gitea-1.22';
  const counts = (text: string | undefined) =>
    text !== undefined && (/^[1-9]\d*$/.test(text) || (!wholeOnly && /^\d*\.?\d+$|\$\{\{/.test(text)));
  return (
    deploy.bounded ||
    counts(minutes(deploy.step)) ||
    (!host.ignoredJobKeys.includes('timeout-minutes') && counts(minutes(job)))
  );
}
