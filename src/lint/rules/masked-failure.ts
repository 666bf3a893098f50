import { atKey, type Rule, type RuleContext } from '../rule.ts';
import { commentsAbout } from '../comments.ts';
import { positionAt } from '../source/file.ts';
import type { Entry } from '../source/tree.ts';
import { jobsPosting } from '../workflow/contexts.ts';
import { entryOf, stepLabel, type Job } from '../workflow/model.ts';

export const maskedFailure: Rule = {
  id: 'masked-failure',
  title:
    '`continue-on-error` hides no required job and no production deploy, and elsewhere names the issue that will end it.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'What fails under `continue-on-error` is shown as success: a gate that cannot go red is no gate (I-06), and a failed redeploy was hidden this way (I-24).',
  fix: 'Take it out. Where a known failure must be let through for a while, say until when: `# tracker: <issue>` beside it.',
  docs: 'Looked at are jobs and steps. On a job whose context is required, on a job that redeploys production, and on the step that does, it is always an error; a step that only reports may have it with a tracker. Elsewhere a comment on its line or above must name an issue (`lint.tracker` sets the form). A value of `false` passes; an expression counts as true. (I-06, I-24)',
  examples: {
    bad: {
      'redeploy.yml':
        'name: Redeploy\non:\n  push:\n    branches: [main]\njobs:\n  redeploy:\n    runs-on: publish\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 90\n        continue-on-error: true\n',
    },
    good: {
      'ci.yml':
        'name: Nightly\non:\n  schedule:\n    - cron: "0 3 * * *"\njobs:\n  browsers:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make browsers\n        # tracker: acme/core#412\n        continue-on-error: true\n',
    },
  },
  check(context) {
    for (const workflow of context.targets) {
      for (const job of workflow.jobs) {
        const jobEntry = masking(job, entryOf(job, 'continue-on-error'));
        const deploys = context.deploys(job);
        if (jobEntry !== undefined) {
          const required = requiredContext(context, job);
          if (required !== undefined)
            tell(context, job, jobEntry, `job \`${job.id}\`, whose context \`${required}\` is required`);
          else if (deploys.length > 0)
            tell(context, job, jobEntry, `job \`${job.id}\`, which redeploys production`);
          else if (!hasTracker(context, job, jobEntry))
            tell(context, job, jobEntry, `job \`${job.id}\`, with no tracker comment`);
        }
        for (const step of job.steps) {
          const entry = masking(job, entryOf(step, 'continue-on-error'));
          if (entry === undefined) continue;
          const where = `${stepLabel(step)} of job \`${job.id}\``;
          if (deploys.some((deploy) => deploy.step === step))
            tell(context, job, entry, `${where}, which redeploys production`);
          else if (!hasTracker(context, job, entry))
            tell(context, job, entry, `${where}, with no tracker comment`);
        }
      }
    }
  },
};

function masking(job: Job, entry: Entry | undefined): Entry | undefined {
  if (entry === undefined) return undefined;
  return job.workflow.tree.text(entry.value)?.value.trim().toLowerCase() === 'false' ? undefined : entry;
}

function tell(context: RuleContext, job: Job, entry: Entry, where: string): void {
  context.report({ at: atKey(job.workflow, entry.key), message: `\`continue-on-error\` on ${where}` });
}

function requiredContext({ settings, workflows, host }: RuleContext, job: Job): string | undefined {
  return settings.required.find(({ context }) =>
    jobsPosting(context, workflows, host).some((posting) => posting.job === job),
  )?.context;
}

function hasTracker({ settings }: RuleContext, job: Job, entry: Entry): boolean {
  const { line } = positionAt(job.workflow.file, entry.key.range?.[0] ?? 0);
  return commentsAbout(job.workflow, line).some((comment) => settings.tracker.test(comment.text));
}
