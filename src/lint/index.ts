import { dirname, isAbsolute, join, relative } from 'node:path';
import { findWorkflowDir, listWorkflowFiles, slashed } from './files.ts';
import type { Finding, Unreadable } from './finding.ts';
import { defaultHost, hostFacts, type HostId } from './host.ts';
import { judgeInTime, readInTime, PATIENCE_MS } from './patience.ts';
import type { SourceFile } from './source/file.ts';
import { readSource } from './source/read.ts';
import type { Settings } from './settings.ts';
import type { Workflow } from './workflow/model.ts';

export interface LintOptions {
  /** Directory that paths are relative to: the root of the repository. */
  readonly root: string;
  /** Relative to the root; default: the first of the known directories that is there. */
  readonly workflowDir?: string;
  /** Only these files, relative to the root or absolute; their neighbours are read for rules that compare files. */
  readonly files?: readonly string[];
  readonly host?: HostId;
  readonly config: Settings;
  /** Labels of the runners the forge knows, when it was asked. */
  readonly runnerLabels?: readonly string[];
  /** How long one file may take, in ms; default: `PATIENCE_MS`. */
  readonly patienceMs?: number;
}

export interface LintResult {
  readonly host: HostId;
  /** Files that were linted. */
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
  readonly unreadable: readonly Unreadable[];
  /** Why there was nothing to lint. */
  readonly notice?: string;
  /** Texts of the files, for reports that show lines. */
  readonly sources: ReadonlyMap<string, SourceFile>;
}

/** Lints the workflow files of a repository. Never throws for what a file holds. */
export function lintFiles(options: LintOptions): LintResult {
  const { root, config, patienceMs = PATIENCE_MS } = options;
  const { dir, exists } = findWorkflowDir(root, options.workflowDir ?? config.workflowDir);
  const asked = options.files?.map((file) =>
    slashed(isAbsolute(file) ? relative(root, file) : relative('.', file)),
  );
  const hostDir = asked?.[0] === undefined ? dir : dirname(asked[0]);
  const host = options.host ?? config.host ?? defaultHost(hostDir, config.forgeKind);
  const base = { host, sources: new Map<string, SourceFile>() };
  if (asked === undefined && !exists) {
    return {
      ...base,
      files: [],
      findings: [],
      unreadable: [],
      notice: `no workflow files: there is no directory ${dir}`,
    };
  }
  const listed =
    asked === undefined
      ? [listWorkflowFiles(root, dir)]
      : [...new Set(asked.map((file) => dirname(file)))].map((near) => listWorkflowFiles(root, near));
  const targets = asked ?? listed.flatMap(({ files }) => files);
  const unreadable = asked === undefined ? listed.flatMap((list) => list.unreadable) : [];
  if (targets.length === 0 && unreadable.length === 0) {
    return {
      ...base,
      files: [],
      findings: [],
      unreadable: [],
      notice: `no workflow files: ${dir} holds no .yml or .yaml`,
    };
  }
  const workflows: Workflow[] = [];
  const chosen: Workflow[] = [];
  for (const path of new Set([...targets, ...listed.flatMap(({ files }) => files)])) {
    const loaded = load(join(root, path), path, patienceMs);
    const wanted = targets.includes(path);
    if ('reason' in loaded) {
      if (wanted) unreadable.push(loaded);
      continue;
    }
    workflows.push(loaded);
    if (wanted) chosen.push(loaded);
    base.sources.set(path, loaded.file);
  }
  const input = {
    host: hostFacts(host),
    settings: config,
    workflows,
    targets: chosen,
    ...(options.runnerLabels === undefined ? {} : { runnerLabels: options.runnerLabels }),
  };
  const { findings, stopped } = judgeInTime(input, patienceMs);
  return { ...base, files: targets, findings, unreadable: [...unreadable, ...stopped] };
}

function load(absolute: string, path: string, patienceMs: number): Workflow | Unreadable {
  const source = readSource(absolute, path);
  if ('reason' in source) return source;
  return readInTime(source, patienceMs);
}
