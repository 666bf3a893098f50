import { conditionExpression } from '../expression/embedded.ts';
import { visitExpression, type Expr } from '../expression/ast.ts';
import { UNKNOWN, evaluate, truthOf, type Known, type Setting } from '../expression/evaluate.ts';
import { trigger, type Job } from './model.ts';

/** Events a pull request starts, also one from somebody without write access. */
export const PULL_REQUEST_EVENTS = [
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_comment',
  'issue_comment',
] as const;

/** What the `github` context says on an event, as far as it is the same for every run. */
export function eventSetting(
  event: string,
  branch: string,
  more: Readonly<Record<string, Known>> = {},
): Setting {
  const own =
    event === 'pull_request' || event === 'pull_request_review' || event === 'pull_request_review_comment';
  const ref = own
    ? 'refs/pull/0/head'
    : event === 'push' || event === 'pull_request_target'
      ? `refs/heads/${branch}`
      : UNKNOWN;
  const refName = own ? UNKNOWN : typeof ref === 'string' ? branch : UNKNOWN;
  const github: Known = {
    event_name: event,
    ref,
    ref_name: refName,
    ref_type: event === 'push' ? 'branch' : UNKNOWN,
    '*': UNKNOWN,
  };
  return {
    contexts: { github, gitea: github, forgejo: github, forge: github, ...more },
    status: { success: true, failure: false, cancelled: false },
  };
}

export type Reach = 'never' | 'maybe' | 'always';

/** Whether an event of this name, on this branch, starts a job, going by its triggers, its `if:` and what it needs. */
export function reachOf(
  job: Job,
  event: string,
  branch: string,
  seen: ReadonlySet<string> = new Set(),
): Reach {
  if (trigger(job.workflow, event) === undefined || seen.has(job.id)) return 'never';
  const own = conditionReach(job, event, branch);
  if (own === 'never') return 'never';
  const condition = job.condition === undefined ? undefined : conditionExpression(job.condition.value);
  if (condition !== undefined && callsStatus(condition)) return own;
  const inner = new Set([...seen, job.id]);
  const needed = job.needs.map((need) => job.workflow.jobs.find(({ id }) => id === need.value));
  const reaches = needed.map((other) =>
    other === undefined ? 'maybe' : reachOf(other, event, branch, inner),
  );
  if (reaches.includes('never')) return 'never';
  return reaches.includes('maybe') ? 'maybe' : own;
}

/** What a job's own `if:` says on an event. */
export function conditionReach(job: Job, event: string, branch: string): Reach {
  if (job.condition === undefined) return 'always';
  const expression = conditionExpression(job.condition.value);
  if (expression === undefined) return 'maybe';
  const truth = truthOf(evaluate(expression, eventSetting(event, branch)));
  return truth === UNKNOWN ? 'maybe' : truth ? 'always' : 'never';
}

/** Whether a condition decides by itself what a failed or skipped need means. */
export function callsStatus(expression: Expr): boolean {
  let found = false;
  visitExpression(expression, (node) => {
    if (node.kind === 'call' && ['always', 'failure', 'cancelled', 'success'].includes(node.name))
      found = true;
  });
  return found;
}

/** The pull-request events that can start a job, of those its workflow has. */
export function pullRequestEvents(job: Job, branch: string): string[] {
  return PULL_REQUEST_EVENTS.filter((event) => reachOf(job, event, branch) !== 'never');
}
