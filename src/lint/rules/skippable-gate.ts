import { at, atKey, type Rule, type RuleContext } from '../rule.ts';
import { isAggregate } from './aggregate.ts';
import { conditionExpression } from '../expression/embedded.ts';
import { jobsPosting } from '../workflow/contexts.ts';
import { callsStatus, conditionReach, reachOf } from '../workflow/reach.ts';
import { entryOf, trigger, type Job } from '../workflow/model.ts';

export const skippableGate: Rule = {
  id: 'skippable-gate',
  title: 'A required context is posted by a job that always runs.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: (host) =>
    host.id === 'gitea-1.22'
      ? 'A skipped job is posted as `success` on Gitea 1.22 (I-06), and a workflow kept back by a path filter posts nothing: the gate lies, or is waited for until it times out.'
      : 'A skipped job counts as passed for branch protection and as refused for a deploy, and a workflow kept back by a path filter posts nothing: the gate lies, or is waited for until it times out.',
  fix: 'Run the job always and decide inside it: make the step conditional, not the job, and take the path filter out.',
  docs: 'Told of, for jobs that post a required context: `paths` and `paths-ignore` on its event; an `if:` that is not true on every push to the deployed branch (`github.event_name`, `github.ref` and `github.ref_name` are known, everything else may be either); a needed job that can be skipped. A needed job that may merely fail is a warning, unless its own context is required.',
  examples: {
    bad: {
      'greenlane.yaml': 'lint:\n  required: ["CI / test (push)"]\n',
      'ci.yml':
        'name: CI\non:\n  push:\n    paths: ["src/**"]\njobs:\n  test:\n    if: ${{ !contains(github.event.head_commit.message, \'docs\') }}\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n',
    },
    good: {
      'greenlane.yaml': 'lint:\n  required: ["CI / test (push)"]\n',
      'ci.yml':
        "name: CI\non: [push]\njobs:\n  test:\n    if: github.event_name == 'push'\n    runs-on: ubuntu-latest\n    steps:\n      - if: ${{ !contains(github.event.head_commit.message, 'docs') }}\n        run: make test\n",
    },
  },
  check(context) {
    const { settings, workflows, host } = context;
    const seen = new Set<string>();
    const postings = settings.required.flatMap((requirement) =>
      jobsPosting(requirement.context, workflows, host).map((posting) => ({
        ...posting,
        context: requirement.context,
      })),
    );
    const required = new Set(postings.map(({ job }) => job));
    for (const { job, event, context: name } of postings) {
      const key = `${job.workflow.file.path} ${job.id} ${event}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const start = `${job.workflow.file.path} ${event}`;
      if (!seen.has(start)) checkPaths(context, job, event, name);
      seen.add(start);
      checkCondition(context, job, event, name);
      checkNeeds(context, job, event, name, required);
    }
  },
};

function checkPaths({ report }: RuleContext, job: Job, event: string, name: string): void {
  const found = trigger(job.workflow, event);
  for (const filter of ['paths', 'paths-ignore']) {
    const entry = job.workflow.tree.entry(found?.entry?.value, filter);
    if (entry !== undefined) {
      report({
        at: atKey(job.workflow, entry.key),
        message: `\`${event}.${filter}\` keeps back the required context \`${name}\` when other files change`,
      });
    }
  }
}

function checkCondition({ settings, report }: RuleContext, job: Job, event: string, name: string): void {
  if (job.condition === undefined || conditionReach(job, event, settings.branch) === 'always') return;
  report({
    at: at(job.workflow, job.condition.node),
    message: `job \`${job.id}\` can be skipped by its \`if:\`, and its context \`${name}\` is required`,
  });
}

function checkNeeds(
  context: RuleContext,
  job: Job,
  event: string,
  name: string,
  required: ReadonlySet<Job>,
): void {
  const { settings, report } = context;
  // What an aggregate makes of the jobs it needs is told by leaky-aggregate.
  if (isAggregate(context, job)) return;
  const condition = job.condition === undefined ? undefined : conditionExpression(job.condition.value);
  if (condition !== undefined && callsStatus(condition)) return;
  const entry = entryOf(job, 'needs');
  if (entry === undefined) return;
  for (const need of job.needs) {
    const other = job.workflow.jobs.find(({ id }) => id === need.value);
    if (other === undefined || required.has(other)) continue;
    const skipped = reachOf(other, event, settings.branch) !== 'always';
    report({
      at: at(job.workflow, need.node),
      message: `job \`${job.id}\` is skipped when \`${other.id}\` ${skipped ? 'is skipped or fails' : 'fails'}, and its context \`${name}\` is required`,
      severity: skipped ? 'error' : 'warning',
    });
  }
}
