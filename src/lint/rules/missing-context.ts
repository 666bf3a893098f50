import { at, atTop, type Rule, type RuleContext, type Target } from '../rule.ts';
import type { Requirement } from '../settings.ts';
import { covers, jobsNamed, jobsPosting } from '../workflow/contexts.ts';
import { trigger, type Workflow } from '../workflow/model.ts';

export const missingContext: Rule = {
  id: 'missing-context',
  title: 'Every required context is posted by a workflow, on its event and on the deployed branch.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'A context nobody posts stays missing: every deploy waits for it until the gate timeout strikes, and is refused (I-26).',
  fix: 'Let the workflow run on that event and branch, mend the name, or take the context out of the required ones.',
  docs: "Contexts are `<workflow name> / <job name> (<event>)`; job names with expressions and matrices match any value. Required are `lint.required`, else `gates.required` of the fleet, else Greenlane's defaults. With nothing configured, only a job that is there but does not run on the event is told of: a default name nobody uses here is not.",
  examples: {
    bad: {
      'greenlane.yaml': 'lint:\n  required: ["CI / test (push)"]\n',
      'ci.yml':
        'name: CI\non: [pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n',
    },
    good: {
      'greenlane.yaml': 'lint:\n  required: ["CI / test (push)"]\n',
      'ci.yml':
        'name: CI\non: [pull_request, push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n',
    },
  },
  check(context) {
    for (const requirement of context.settings.required) check(context, requirement);
  },
};

function check(context: RuleContext, requirement: Requirement): void {
  const { settings, workflows, host, report } = context;
  const name = requirement.context;
  const postings = jobsPosting(name, workflows, host);
  const uncovered = postings.map(({ job, event }) => ({ job, found: trigger(job.workflow, event), event }));
  if (postings.length > 0) {
    if (
      uncovered.some(
        ({ found, event }) => found === undefined || event !== 'push' || covers(found, settings.branch),
      )
    )
      return;
    const { job, found } = uncovered[0] ?? {};
    if (job === undefined || found === undefined) return;
    report({
      at: at(job.workflow, found.place),
      message: `the required context \`${name}\` is not posted on the branch \`${settings.branch}\``,
    });
    return;
  }
  const named = jobsNamed(name, workflows)[0];
  if (named !== undefined) {
    const events = named.workflow.triggers.map(({ event }) => event).join(', ');
    report({
      at: named.workflow.on === undefined ? atTop(named.workflow) : at(named.workflow, named.workflow.on.key),
      message: `the required context \`${name}\` is posted on another event only: the workflow runs on ${events === '' ? 'nothing' : events}`,
    });
    return;
  }
  if (!settings.requiredConfigured) return;
  const workflow = workflows.find(
    (candidate) => candidate.name !== undefined && name.startsWith(`${candidate.name.value} / `),
  );
  report({
    at: placeOf(requirement, workflow),
    message: `no workflow posts the required context \`${name}\``,
  });
}

function placeOf(requirement: Requirement, workflow: Workflow | undefined): Target {
  if (workflow !== undefined) return at(workflow, workflow.name?.node);
  return requirement.place ?? { file: 'greenlane.yaml', line: 1, column: 1 };
}
