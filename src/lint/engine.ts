import picomatch from 'picomatch';
import { compareFindings, type Finding, type Severity } from './finding.ts';
import type { Host } from './host.ts';
import { deploysOf, type Deploy } from './production.ts';
import type { Report, Rule, RuleContext, Target } from './rule.ts';
import { RULES } from './rules/index.ts';
import type { Settings } from './settings.ts';
import { traceJob, untracedJob, type JobFlow } from './shell/flow.ts';
import { positionAt } from './source/file.ts';
import { applySuppressions } from './suppressions.ts';
import type { Job, Workflow } from './workflow/model.ts';

export interface RunInput {
  readonly host: Host;
  readonly settings: Settings;
  /** All workflows of the directory: rules that compare files need them. */
  readonly workflows: readonly Workflow[];
  /** Those that are asked about. */
  readonly targets: readonly Workflow[];
  readonly runnerLabels?: readonly string[];
}

/** Runs every rule that matters on the host and is not switched off; sorted findings, suppressions applied. */
export function runRules(input: RunInput): Finding[] {
  const { host, settings, targets } = input;
  const levels = levelReader(settings);
  const flows = new WeakMap<Job, JobFlow>();
  const deploys = new WeakMap<Job, readonly Deploy[]>();
  const open = new Set<Job>();
  const flow = (job: Job): JobFlow =>
    remember(flows, job, () => {
      // A job that needs itself, over however many others, never runs.
      if (open.has(job)) return untracedJob(job);
      open.add(job);
      return traceJob(job, settings, flow);
    });
  const collected: Finding[] = [];
  const collect = (rule: Rule, report: Report): void => {
    const finding = toFinding(rule, report, host);
    const level = levels(rule.id, finding.file) ?? finding.severity;
    const asked = !('workflow' in report.at) || targets.includes(report.at.workflow);
    if (level !== 'off' && asked) collected.push({ ...finding, severity: level });
  };
  for (const rule of RULES) {
    if (!rule.hosts.includes(host.id)) continue;
    const context: RuleContext = {
      host,
      settings,
      workflows: input.workflows,
      targets,
      ...(input.runnerLabels === undefined ? {} : { runnerLabels: input.runnerLabels }),
      flow,
      deploys: (job) => remember(deploys, job, () => deploysOf(flow(job), settings.production)),
      report: (report) => collect(rule, report),
    };
    rule.check(context);
  }
  const { findings, reports } = applySuppressions(targets, collected, new Set(RULES.map(({ id }) => id)));
  collected.length = 0;
  const suppression = RULES.find(({ id }) => id === 'suppression');
  if (suppression !== undefined) for (const { report } of reports) collect(suppression, report);
  return [...findings, ...collected].sort(compareFindings);
}

function remember<K extends object, V>(cache: WeakMap<K, V>, key: K, make: () => V): V {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

/** What the configuration says of a rule for a file; undefined: nothing. */
function levelReader(settings: Settings): (rule: string, file: string) => Severity | 'off' | undefined {
  const overrides = settings.overrides.map(({ files, rules }) => ({
    matches: picomatch([...files], { dot: true }),
    rules,
  }));
  return (rule, file) => {
    let level = settings.rules[rule];
    for (const override of overrides) {
      const own = override.rules[rule];
      if (own !== undefined && override.matches(file)) level = own;
    }
    return level;
  };
}

function toFinding(rule: Rule, report: Report, host: Host): Finding {
  const why = report.why ?? (typeof rule.why === 'string' ? rule.why : rule.why(host));
  return {
    rule: rule.id,
    severity: report.severity ?? rule.severity,
    ...place(report.at),
    message: report.message,
    why,
    fix: report.fix ?? rule.fix,
    related: (report.related ?? []).map((related) => {
      const { file, line, column } = place(related.at);
      return { file, line, column, message: related.message };
    }),
    ...(report.edits === undefined ? {} : { edits: report.edits }),
  };
}

function place(target: Target): Pick<Finding, 'file' | 'line' | 'column' | 'endLine' | 'endColumn'> {
  if (!('workflow' in target)) return { ...target, endLine: target.line, endColumn: target.column };
  const { file } = target.workflow;
  const start = positionAt(file, target.start);
  const end = positionAt(file, Math.max(target.end, target.start));
  return { file: file.path, ...start, endLine: end.line, endColumn: end.column };
}
