import type { Settings } from '../settings.ts';
import { embeddedExpressions } from '../expression/embedded.ts';
import type { EnvVariable, Job, Step } from '../workflow/model.ts';
import { Interpreter } from './interpreter.ts';
import { isWorthTracing } from './relevance.ts';
import { isShell, scriptOf, type Script } from './script.ts';
import { EMPTY, concat, expressionValue, literal, type Label, type Value } from './value.ts';

/** A command a script runs, with its words as far as they can be known. */
export interface CommandRun {
  /** Name without wrappers such as `sudo` and `timeout`, and without its directory. */
  readonly name: string;
  readonly words: readonly Value[];
  /** What it reads on standard input. */
  readonly stdin: Value;
  /** Whether a `timeout` bounds it. */
  readonly bounded: boolean;
  readonly script: Script;
  readonly pos: number;
  readonly end: number;
}

/** A variable that is given a value. */
export interface AssignmentRun {
  readonly value: Value;
  readonly pos: number;
  readonly end: number;
}

/** A place where something labelled comes out. */
export interface Leak {
  /** Printed; traced by `set -x`; handed to a program on its command line. */
  readonly kind: 'print' | 'trace' | 'argument';
  readonly sink: 'log' | 'summary';
  readonly labels: ReadonlySet<Label>;
  /** The command that lets it out. */
  readonly command: string;
  /** Whether a secret is put into the script's text by `${{ secrets.X }}` itself. */
  readonly inlined: boolean;
  readonly script: Script;
  readonly pos: number;
  readonly end: number;
}

export interface StepFlow {
  readonly step: Step;
  readonly script: Script | undefined;
  readonly commands: readonly CommandRun[];
  readonly assignments: readonly AssignmentRun[];
  readonly leaks: readonly Leak[];
  /** Variables read anywhere in the script, in upper case. */
  readonly reads: ReadonlySet<string>;
  /** Values of `env:` as the script sees them, all levels. */
  readonly env: ReadonlyMap<string, Value>;
  /** Values of `with:`. */
  readonly inputs: ReadonlyMap<string, Value>;
}

/** What the steps of one job do, in order. */
export interface JobFlow {
  readonly job: Job;
  readonly steps: readonly StepFlow[];
  /** Its `outputs:` by name, lower case. */
  readonly outputs: ReadonlyMap<string, Value>;
}

/** What steps hand on to later steps of the job: files, `GITHUB_ENV`, `GITHUB_OUTPUT`. */
export interface Handover {
  readonly files: Map<string, ReadonlySet<Label>>;
  readonly environment: Map<string, Value>;
  /** By `step id.output name`, lower case. */
  readonly outputs: Map<string, Value>;
  /** What needed jobs hand over, by `job.output`, lower case. */
  readonly needs: ReadonlyMap<string, Value>;
}

/**
 * Follows what the scripts of a job do with values, step after step, without running anything.
 * @param flowOf the flow of another job of the workflow, for what it hands over in `needs`.
 */
export function traceJob(job: Job, settings: Settings, flowOf: (job: Job) => JobFlow): JobFlow {
  const handed = handedOver(job, flowOf);
  if (handed.size === 0 && !isWorthTracing(job, settings)) return untracedJob(job);
  const handover: Handover = { files: new Map(), environment: new Map(), outputs: new Map(), needs: handed };
  const steps = job.steps.map((step) => traceStep(step, handover, settings));
  const { tree } = job.workflow;
  const outputs = new Map<string, Value>();
  for (const { name, value } of tree.entries(job.entries.find((entry) => entry.name === 'outputs')?.value)) {
    const text = tree.text(value);
    if (text !== undefined)
      outputs.set(name.toLowerCase(), textValue(text.value, lookupIn(new Map(), handover)));
  }
  return { job, steps, outputs };
}

/** What the jobs a job needs hand over to it that carries a label, by `job.output`. */
function handedOver(job: Job, flowOf: (job: Job) => JobFlow): Map<string, Value> {
  const handed = new Map<string, Value>();
  for (const need of job.needs) {
    const other = job.workflow.jobs.find(({ id }) => id === need.value);
    for (const [name, value] of other === undefined ? [] : flowOf(other).outputs) {
      if (value.labels.size > 0) handed.set(`${need.value.toLowerCase()}.${name}`, value);
    }
  }
  return handed;
}

/** The flow of a job of which nothing is known. */
export function untracedJob(job: Job): JobFlow {
  return { job, steps: job.steps.map(untraced), outputs: new Map() };
}

function untraced(step: Step): StepFlow {
  const nothing = { commands: [], assignments: [], leaks: [], reads: new Set<string>() };
  return { step, script: undefined, ...nothing, env: new Map(), inputs: new Map() };
}

function traceStep(step: Step, handover: Handover, settings: Settings): StepFlow {
  const env = new Map<string, Value>();
  const lookup = lookupIn(env, handover);
  for (const level of [step.job.workflow.env, step.job.env]) addLevel(env, level, lookup);
  for (const [name, value] of handover.environment) env.set(name, value);
  addLevel(env, step.env, lookup);
  const inputs = new Map<string, Value>();
  for (const input of step.inputs) {
    const text = step.job.workflow.tree.text(input.value);
    if (text !== undefined) inputs.set(input.name, textValue(text.value, lookup));
  }
  const script = isShell(step.shell) ? scriptOf(step) : undefined;
  if (script === undefined)
    return { step, script, commands: [], assignments: [], leaks: [], reads: new Set(), env, inputs };
  const interpreter = new Interpreter({ script, env, handover, settings, lookup });
  interpreter.run();
  const { commands, assignments, leaks, reads } = interpreter;
  return { step, script, commands, assignments, leaks, reads, env, inputs };
}

function addLevel(env: Map<string, Value>, level: readonly EnvVariable[], lookup: Lookup): void {
  for (const variable of level)
    env.set(variable.name, variable.text === undefined ? EMPTY : textValue(variable.text.value, lookup));
}

export type Lookup = (path: readonly string[]) => Value | undefined;

/** A text with expressions in it as a value. */
export function textValue(text: string, lookup: Lookup): Value {
  const parts: Value[] = [];
  let at = 0;
  for (const embedded of embeddedExpressions(text)) {
    if (embedded.start > at) parts.push(literal(text.slice(at, embedded.start)));
    parts.push(expressionValue(embedded.expression, embedded.source, lookup));
    at = embedded.end;
  }
  if (at < text.length) parts.push(literal(text.slice(at)));
  return parts.length === 0 ? EMPTY : concat(parts);
}

function lookupIn(env: ReadonlyMap<string, Value>, handover: Handover): Lookup {
  return ([context, name, kind, output]) => {
    if (name === undefined) return undefined;
    if (context === 'secrets') return secret(name.toUpperCase());
    if ((context === 'github' || context === 'gitea' || context === 'forgejo') && name === 'token')
      return secret('GITHUB_TOKEN');
    if (context === 'env') return [...env].find(([known]) => known.toLowerCase() === name)?.[1];
    if (context === 'steps' && kind === 'outputs' && output !== undefined)
      return handover.outputs.get(`${name}.${output}`);
    if (context === 'needs' && kind === 'outputs' && output !== undefined)
      return handover.needs.get(`${name}.${output}`);
    return undefined;
  };
}

function secret(name: string): Value {
  return {
    text: `\uFFFCsecrets.${name}\uFFFC`,
    labels: new Set<Label>([`secret:${name}`]),
    names: new Set([name]),
  };
}
