import { atKey, type Rule, type RuleContext } from '../rule.ts';
import type { Job } from '../workflow/model.ts';
import { isAggregate, verdictFor, type BadResult } from './aggregate.ts';

const RESULTS: readonly BadResult[] = ['failure', 'cancelled', 'skipped'];

export const leakyAggregate: Rule = {
  id: 'leaky-aggregate',
  title: 'A job that sums up others is green only when each of them succeeded.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: (host) =>
    host.id === 'gitea-1.22'
      ? 'Without `if: always()` the job is skipped when one it needs is not green, and Gitea 1.22 posts a skipped job as `success`; with it, every result it does not ask about passes (I-06).'
      : 'Without `if: always()` the job is skipped when one it needs is not green, and a skipped job counts as passed for branch protection; with it, every result it does not ask about passes (I-06).',
  fix: 'Run it with `if: always()` and let it fail unless every `needs.*.result` is `success`: ask for what is good, not for what is bad.',
  docs: 'An aggregate is a job with `needs:` that is named like one (`all-required`, `all-checks`, `ci-success`, …), or whose context is required and whose `if:` calls a status function. For each needed job, and each of failed, cancelled and skipped, its `if:`, the `if:` of its steps and its scripts are evaluated with that one result (tests, loops, `case`, `grep -q`, common `jq -e` questions; nothing is run). Where a program nobody can look into decides, the finding is a warning that says so.',
  examples: {
    bad: {
      'ci.yml':
        "name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n  all-required:\n    if: always()\n    needs: [test]\n    runs-on: ubuntu-latest\n    steps:\n      - if: contains(needs.*.result, 'failure')\n        run: exit 1\n",
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n  all-required:\n    if: always()\n    needs: [test]\n    runs-on: ubuntu-latest\n    steps:\n      - env:\n          RESULTS: ${{ join(needs.*.result, \' \') }}\n        run: |\n          for result in $RESULTS; do\n            [ "$result" = success ] || exit 1\n          done\n',
    },
  },
  check(context) {
    for (const workflow of context.targets) {
      for (const job of workflow.jobs) if (isAggregate(context, job)) judge(context, job);
    }
  },
};

function judge({ settings, report }: RuleContext, job: Job): void {
  const leaks: BadResult[] = [];
  const doubts: BadResult[] = [];
  for (const result of RESULTS) {
    const verdicts = job.needs.map((need) => verdictFor(job, need.value, result, settings.branch));
    if (verdicts.includes('passes') || verdicts.includes('skipped')) leaks.push(result);
    else if (verdicts.includes('unknown')) doubts.push(result);
  }
  const at = atKey(job.workflow, job.key);
  if (leaks.length > 0)
    report({ at, message: `the aggregate job \`${job.id}\` goes green when a job it needs ${was(leaks)}` });
  if (doubts.length > 0) {
    report({
      at,
      message: `nobody can tell whether the aggregate job \`${job.id}\` goes red when a job it needs ${was(doubts)}`,
      severity: 'warning',
    });
  }
}

function was(results: readonly BadResult[]): string {
  return results.map((result) => (result === 'failure' ? 'failed' : `was ${result}`)).join(' or ');
}
