import type { Scalar, YAMLMap } from 'yaml';
import type { SourceFile } from '../source/file.ts';
import type { Entry, Text, Tree } from '../source/tree.ts';

/** One event a workflow starts on. */
export interface Trigger {
  readonly event: string;
  /** The node that names the event. */
  readonly place: Scalar;
  /** Its entry in the mapping form; undefined in the short forms. */
  readonly entry: Entry | undefined;
}

/** An environment variable as it is written at one level. */
export interface EnvVariable {
  readonly name: string;
  readonly key: Scalar;
  readonly text: Text | undefined;
}

export interface Step {
  readonly job: Job;
  readonly index: number;
  readonly node: YAMLMap;
  readonly entries: readonly Entry[];
  readonly id: string | undefined;
  readonly name: Text | undefined;
  readonly condition: Text | undefined;
  readonly uses: Text | undefined;
  readonly run: Text | undefined;
  /** `shell` of the step, else the job's default, else the workflow's; undefined: the host's default. */
  readonly shell: string | undefined;
  readonly env: readonly EnvVariable[];
  readonly inputs: readonly Entry[];
}

export interface Job {
  readonly workflow: Workflow;
  readonly id: string;
  readonly key: Scalar;
  readonly node: YAMLMap;
  readonly entries: readonly Entry[];
  readonly name: Text | undefined;
  readonly needs: readonly Text[];
  readonly condition: Text | undefined;
  readonly runsOn: readonly Text[];
  readonly uses: Text | undefined;
  readonly env: readonly EnvVariable[];
  readonly steps: readonly Step[];
}

/** One workflow file, as far as it has the shape of one: what is missing is undefined or empty. */
export interface Workflow {
  readonly file: SourceFile;
  readonly tree: Tree;
  /** Undefined when the file is no mapping. */
  readonly root: YAMLMap | undefined;
  readonly entries: readonly Entry[];
  readonly name: Text | undefined;
  readonly on: Entry | undefined;
  readonly triggers: readonly Trigger[];
  readonly env: readonly EnvVariable[];
  readonly jobs: readonly Job[];
}

/** An entry of a job, a step or a workflow by name. */
export function entryOf(owner: { readonly entries: readonly Entry[] }, name: string): Entry | undefined {
  return owner.entries.find((entry) => entry.name === name);
}

export function trigger(workflow: Workflow, event: string): Trigger | undefined {
  return workflow.triggers.find((candidate) => candidate.event === event);
}

/** How a step is called in a message. */
export function stepLabel(step: Step): string {
  const label = step.name?.value ?? step.id ?? step.uses?.value;
  return label === undefined ? `step ${step.index + 1}` : `step \`${label}\``;
}
