import type { Scalar } from 'yaml';
import type { Edit, Severity } from './finding.ts';
import type { Host, HostId } from './host.ts';
import type { Settings } from './settings.ts';
import type { JobFlow } from './shell/flow.ts';
import type { Deploy } from './production.ts';
import type { Job, Workflow } from './workflow/model.ts';

/** Where a finding points: a range of offsets in a workflow file, or a place in another file. */
export type Target =
  | { readonly workflow: Workflow; readonly start: number; readonly end: number }
  | { readonly file: string; readonly line: number; readonly column: number };

export interface Report {
  readonly at: Target;
  readonly message: string;
  /** Instead of the rule's own sentence, where this case matters for another reason. */
  readonly why?: string;
  readonly fix?: string;
  readonly severity?: Severity;
  readonly related?: readonly { readonly at: Target; readonly message: string }[];
  readonly edits?: readonly Edit[];
}

/** What a rule sees. `workflows` are all files of the directory, `targets` those that are asked about. */
export interface RuleContext {
  readonly host: Host;
  readonly settings: Settings;
  readonly workflows: readonly Workflow[];
  readonly targets: readonly Workflow[];
  /** Labels of the runners the forge knows; undefined when it was not asked. */
  readonly runnerLabels?: readonly string[];
  /** What the scripts of a job do, step after step. */
  flow(job: Job): JobFlow;
  /** The steps of a job that redeploy production. */
  deploys(job: Job): readonly Deploy[];
  report(report: Report): void;
}

export interface RuleExample {
  /** File name, and the file's text. */
  readonly [file: string]: string;
}

/** One rule: a name, one sentence, and what it looks at. */
export interface Rule {
  /** A short noun; how findings, configuration and suppressions call it. */
  readonly id: string;
  /** One sentence: what must hold. */
  readonly title: string;
  readonly severity: Severity;
  /** Hosts on which it matters. */
  readonly hosts: readonly HostId[];
  /** Why it matters, in one or two sentences; by host where hosts differ. */
  readonly why: string | ((host: Host) => string);
  readonly fix: string;
  /** A paragraph for docs/lint.md: what exactly is looked at, what is not, where the rule comes from. */
  readonly docs: string;
  readonly examples: { readonly bad: RuleExample; readonly good: RuleExample };
  check(context: RuleContext): void;
}

/** The range of a node in a workflow. */
export function at(
  workflow: Workflow,
  node: { range?: readonly number[] | null } | null | undefined,
): Target {
  const start = node?.range?.[0] ?? 0;
  return { workflow, start, end: node?.range?.[1] ?? start };
}

/** The place of a key. */
export function atKey(workflow: Workflow, key: Scalar): Target {
  return at(workflow, key);
}

/** The start of a file. */
export function atTop(workflow: Workflow): Target {
  return { workflow, start: 0, end: 0 };
}
