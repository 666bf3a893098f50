import picomatch from 'picomatch';
import { isMap, isScalar, isSeq } from 'yaml';
import { embeddedExpressions } from '../expression/embedded.ts';
import type { Host } from '../host.ts';
import { scalarSource } from '../source/tree.ts';
import { trigger, type Job, type Trigger, type Workflow } from './model.ts';

/** Events whose runs post a status on a commit of a branch. */
export const STATUS_EVENTS = [
  'push',
  'pull_request',
  'pull_request_target',
  'schedule',
  'release',
  'workflow_dispatch',
  'create',
] as const;

/** The context a job posts, `<workflow> / <job> (<event>)`, or on GitHub the job's name alone. */
export function contextMatches(context: string, job: Job, event: string, host: Host): boolean {
  const { workflow } = job;
  const prefix = `${workflow.name?.value ?? ''} / `;
  const suffix = ` (${event})`;
  const full = context.startsWith(prefix) && context.endsWith(suffix);
  if ((!full && host.id !== 'github') || trigger(workflow, event) === undefined) return false;
  const jobName = context.slice(prefix.length, context.length - suffix.length);
  return jobNames(job).some(
    (name) => (full && name.test(jobName)) || (host.id === 'github' && name.test(context)),
  );
}

/** The jobs that post a context, with the event they post it on. */
export function jobsPosting(
  context: string,
  workflows: readonly Workflow[],
  host: Host,
): { job: Job; event: string }[] {
  return workflows.flatMap((workflow) =>
    workflow.jobs.flatMap((job) =>
      STATUS_EVENTS.filter((event) => contextMatches(context, job, event, host)).map((event) => ({
        job,
        event,
      })),
    ),
  );
}

/** The workflow and job a context would come from on another event: what a wrong event is told by. */
export function jobsNamed(context: string, workflows: readonly Workflow[]): Job[] {
  return workflows.flatMap((workflow) => {
    const prefix = `${workflow.name?.value ?? ''} / `;
    if (workflow.name === undefined || !context.startsWith(prefix)) return [];
    const rest = context.slice(prefix.length).replace(/ \([a-z_]+\)$/, '');
    return workflow.jobs.filter((job) => jobNames(job).some((name) => name.test(rest)));
  });
}

const names = new WeakMap<Job, readonly RegExp[]>();

/** Names a job can post under: each value of a matrix makes one; an expression may be anything. */
function jobNames(job: Job): readonly RegExp[] {
  let found = names.get(job);
  if (found === undefined) {
    found = namePatterns(job);
    names.set(job, found);
  }
  return found;
}

function namePatterns(job: Job): RegExp[] {
  const name = job.name?.value ?? job.id;
  let pattern = '';
  let at = 0;
  for (const embedded of embeddedExpressions(name)) {
    pattern += `${escape(name.slice(at, embedded.start))}.+`;
    at = embedded.end;
  }
  pattern += escape(name.slice(at));
  const called = job.uses === undefined ? '' : '( / .+)?';
  return [new RegExp(`^${pattern}${hasMatrix(job) ? '( \\(.+\\))?' : ''}${called}$`, 's')];
}

function hasMatrix(job: Job): boolean {
  const { tree } = job.workflow;
  const strategy = job.entries.find(({ name }) => name === 'strategy')?.value;
  return tree.entry(strategy, 'matrix') !== undefined;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The filter of a trigger by name as texts; undefined when it has none. */
export function filterOf(candidate: Trigger, name: string): string[] | undefined {
  const map = candidate.entry?.value;
  if (!isMap(map)) return undefined;
  const pair = map.items.find((item) => isScalar(item.key) && scalarSource(item.key) === name);
  if (pair === undefined) return undefined;
  if (isSeq(pair.value))
    return pair.value.items.flatMap((item) => (isScalar(item) ? [scalarSource(item)] : []));
  return isScalar(pair.value) ? [scalarSource(pair.value)] : [];
}

/** Whether a push to this branch starts the trigger, as far as its branch and tag filters say. */
export function covers(candidate: Trigger, branch: string): boolean {
  const ignored = filterOf(candidate, 'branches-ignore');
  if (ignored?.some((pattern) => matches(pattern, branch)) === true) return false;
  const branches = filterOf(candidate, 'branches');
  if (branches === undefined)
    return (
      ignored !== undefined ||
      (filterOf(candidate, 'tags') ?? filterOf(candidate, 'tags-ignore')) === undefined
    );
  // The last pattern that matches decides; `!` takes a branch out again.
  return branches.reduce((covered, pattern) => {
    if (pattern.startsWith('!')) return covered && !matches(pattern.slice(1), branch);
    return covered || matches(pattern, branch);
  }, false);
}

function matches(pattern: string, branch: string): boolean {
  return pattern === branch || picomatch.isMatch(branch, pattern, { dot: true });
}
