import { AGGREGATE_CONTEXT } from '../../config/defaults.ts';
import { conditionExpression, embeddedExpressions } from '../expression/embedded.ts';
import { UNKNOWN, evaluate, truthOf, type Known, type Setting } from '../expression/evaluate.ts';
import type { RuleContext } from '../rule.ts';
import { judgeScript, type Verdict } from '../shell/judge.ts';
import { scriptOf } from '../shell/script.ts';
import { callsStatus, eventSetting } from '../workflow/reach.ts';
import { jobsPosting } from '../workflow/contexts.ts';
import { entryOf, type EnvVariable, type Job, type Step } from '../workflow/model.ts';

export type BadResult = 'failure' | 'cancelled' | 'skipped';

/** Actions that look at the results themselves, with the input that lets some of them pass. */
const JUDGES: Readonly<Record<string, { readonly skips: string; readonly failures: string }>> = {
  're-actors/alls-green': { skips: 'allowed-skips', failures: 'allowed-failures' },
};

/** Whether a job sums up others: by its name, or because it is required and decides itself what they mean. */
export function isAggregate({ settings, workflows, host }: RuleContext, job: Job): boolean {
  if (job.needs.length === 0) return false;
  if (AGGREGATE_CONTEXT.test(job.name?.value ?? job.id)) return true;
  const condition = job.condition === undefined ? undefined : conditionExpression(job.condition.value);
  if (condition === undefined || !callsStatus(condition)) return false;
  return settings.required.some(({ context }) =>
    jobsPosting(context, workflows, host).some((posting) => posting.job === job),
  );
}

/** What becomes of an aggregate when one job it needs ends badly and all others well. */
export function verdictFor(job: Job, need: string, result: BadResult, branch: string): Verdict | 'skipped' {
  const needs: Record<string, Known> = {};
  for (const { value } of job.needs)
    needs[value.toLowerCase()] = { result: value === need ? result : 'success', outputs: { '*': UNKNOWN } };
  const event = job.workflow.triggers.some((trigger) => trigger.event === 'push')
    ? 'push'
    : (job.workflow.triggers[0]?.event ?? 'push');
  const setting: Setting = {
    ...eventSetting(event, branch, { needs }),
    status: { success: false, failure: result === 'failure', cancelled: result === 'cancelled' },
  };
  const condition = job.condition === undefined ? undefined : conditionExpression(job.condition.value);
  const decides = condition !== undefined && callsStatus(condition);
  if (!decides) return 'skipped';
  const runs = truthOf(evaluate(condition, setting));
  if (runs === false) return 'skipped';
  const verdict = stepsVerdict(job, setting, need, result);
  return runs === UNKNOWN && verdict === 'fails' ? 'unknown' : verdict;
}

function stepsVerdict(job: Job, outer: Setting, need: string, result: BadResult): Verdict {
  let doubt = false;
  for (const step of job.steps) {
    const setting: Setting = {
      ...outer,
      status: { success: true, failure: false, cancelled: outer.status['cancelled'] ?? false },
    };
    const condition = step.condition === undefined ? undefined : conditionExpression(step.condition.value);
    const runs =
      step.condition === undefined
        ? true
        : condition === undefined
          ? UNKNOWN
          : truthOf(evaluate(condition, setting));
    if (runs === false || masks(step)) continue;
    const verdict = stepVerdict(step, setting, need, result);
    if (verdict === 'fails' && runs === true) return 'fails';
    if (verdict !== 'passes') doubt = true;
  }
  return doubt ? 'unknown' : 'passes';
}

function stepVerdict(step: Step, setting: Setting, need: string, result: BadResult): Verdict {
  const script = scriptOf(step);
  if (script !== undefined) return judgeScript(script, envOf(step, setting), setting);
  const judge = JUDGES[step.uses?.value.split('@')[0] ?? ''];
  if (judge !== undefined) {
    const input = result === 'skipped' ? judge.skips : result === 'failure' ? judge.failures : undefined;
    const text =
      step.job.workflow.tree.text(step.inputs.find(({ name }) => name === input)?.value)?.value ?? '';
    return text.split(/[\s,]+/).includes(need) ? 'passes' : 'fails';
  }
  // Another language, or an action that is handed the results, may do anything with them.
  const texts = [
    step.run?.value,
    ...step.inputs.map((entry) => step.job.workflow.tree.text(entry.value)?.value),
    ...step.env.map(({ text }) => text?.value),
  ];
  return texts.some((text) => text !== undefined && /\bneeds\b/.test(text)) ? 'unknown' : 'passes';
}

function envOf(step: Step, setting: Setting): Map<string, string | undefined> {
  const env = new Map<string, string | undefined>();
  const add = (level: readonly EnvVariable[]) => {
    for (const { name, text } of level) env.set(name, text === undefined ? '' : textOf(text.value, setting));
  };
  add(step.job.workflow.env);
  add(step.job.env);
  add(step.env);
  return env;
}

function textOf(text: string, setting: Setting): string | undefined {
  let result = '';
  let at = 0;
  for (const embedded of embeddedExpressions(text)) {
    const value = embedded.expression === undefined ? UNKNOWN : evaluate(embedded.expression, setting);
    if (value === UNKNOWN || (typeof value === 'object' && value !== null)) return undefined;
    result += text.slice(at, embedded.start) + String(value ?? '');
    at = embedded.end;
  }
  return result + text.slice(at);
}

function masks(step: Step): boolean {
  const entry = entryOf(step, 'continue-on-error');
  return entry !== undefined && step.job.workflow.tree.text(entry.value)?.value !== 'false';
}
