import { embeddedExpressions, namesIn, conditionExpression } from '../expression/embedded.ts';
import { UNKNOWN, evaluate, truthOf } from '../expression/evaluate.ts';
import { at, type Rule, type RuleContext, type Target } from '../rule.ts';
import type { Text } from '../source/tree.ts';
import { eventSetting, pullRequestEvents } from '../workflow/reach.ts';
import { entryOf, type Job, type Step } from '../workflow/model.ts';

export const secretInPullRequest: Rule = {
  id: 'secret-in-pull-request',
  title: 'No job that a pull request can start has a secret of production.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'Whoever opens a pull request decides what such a job runs, and can print or send away the secret without anybody having reviewed a line.',
  fix: 'Move what needs the secret into a job that only pushes to the branch can start, on the lane.',
  docs: 'Secrets of production are `lint.production.secrets` and every secret whose name begins with `PROD_`. They count in `env:` of every level that reaches the job, in `run:`, `with:`, `secrets:`, `container:` and `services:`; `secrets: inherit` hands over all of them. A step whose `if:` excludes pull requests for certain passes.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push, pull_request]\njobs:\n  smoke:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make smoke\n        env:\n          TOKEN: ${{ secrets.CP_ADMIN_API_TOKEN }}\n',
    },
    good: {
      'ci.yml':
        "name: CI\non: [push, pull_request]\njobs:\n  smoke:\n    if: github.event_name == 'push'\n    runs-on: ubuntu-latest\n    steps:\n      - run: make smoke\n        env:\n          TOKEN: ${{ secrets.CP_ADMIN_API_TOKEN }}\n",
    },
  },
  check(context) {
    for (const workflow of context.targets) {
      for (const job of workflow.jobs) {
        const events = pullRequestEvents(job, context.settings.branch);
        const [event] = events;
        if (event === undefined) continue;
        for (const { secret, target } of secretsOf(context, job, events)) {
          context.report({
            at: target,
            message: `job \`${job.id}\` can be started by \`${event}\` and has ${secret}`,
          });
        }
      }
    }
  },
};

interface Found {
  readonly secret: string;
  readonly target: Target;
}

function secretsOf({ settings }: RuleContext, job: Job, events: readonly string[]): Found[] {
  const { workflow } = job;
  const found: Found[] = [];
  const look = (text: Text | undefined) => {
    for (const { start, end, expression } of text === undefined ? [] : embeddedExpressions(text.value)) {
      if (text === undefined || expression === undefined) continue;
      for (const name of namesIn(expression, 'secrets')) {
        if (!settings.production.secrets.includes(name) && !name.startsWith('PROD_')) continue;
        found.push({
          secret: `\`secrets.${name}\``,
          target: { workflow, start: text.offset(start), end: text.offset(end - 1) + 1 },
        });
      }
    }
  };
  for (const variable of [...workflow.env, ...job.env]) look(variable.text);
  const secrets = entryOf(job, 'secrets');
  const inherited = workflow.tree.text(secrets?.value);
  if (inherited?.value === 'inherit')
    found.push({ secret: 'all secrets (`secrets: inherit`)', target: at(workflow, inherited.node) });
  for (const entry of workflow.tree.entries(secrets?.value)) look(workflow.tree.text(entry.value));
  for (const name of ['with', 'container', 'services']) lookBelow(job, entryOf(job, name)?.value, look, 0);
  for (const step of job.steps) {
    if (events.every((event) => isExcluded(step, event, settings.branch))) continue;
    for (const variable of step.env) look(variable.text);
    for (const input of step.inputs) look(workflow.tree.text(input.value));
    look(step.run);
  }
  return found;
}

function lookBelow(job: Job, node: unknown, look: (text: Text | undefined) => void, depth: number): void {
  if (depth > 5) return;
  const { tree } = job.workflow;
  look(tree.text(node));
  for (const entry of tree.entries(node)) lookBelow(job, entry.value, look, depth + 1);
}

function isExcluded(step: Step, event: string, branch: string): boolean {
  const expression = step.condition === undefined ? undefined : conditionExpression(step.condition.value);
  if (expression === undefined) return false;
  const truth = truthOf(evaluate(expression, eventSetting(event, branch)));
  return truth !== UNKNOWN && !truth;
}
