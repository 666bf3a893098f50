import { relative, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { DEFAULT_CONFIG_FILE } from '../config/defaults.ts';
import { UsageError } from '../errors.ts';
import { explainRule } from '../lint/explain.ts';
import { slashed } from '../lint/files.ts';
import { writeFixes } from '../lint/fixes.ts';
import { exitCodeOf } from '../lint/format/summary.ts';
import { textReport } from '../lint/format/text.ts';
import { HOSTS } from '../lint/host.ts';
import { lintFiles, type LintOptions, type LintResult } from '../lint/index.ts';
import { loadSettings } from '../lint/load-settings.ts';
import { RULES } from '../lint/rules/index.ts';
import type { Settings } from '../lint/settings.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

const FORMATS = ['text', 'github', 'json', 'sarif'] as const;

export interface LintCommandOptions extends GlobalOptions {
  readonly files?: readonly string[];
  readonly workflowDir?: string;
  readonly format?: string;
  readonly host?: string;
  readonly fix?: boolean;
  readonly explain?: string;
}

/**
 * `greenlane lint`. Exit 0 clean or warnings only, 1 at least one error, 2 a file that cannot be read or parsed.
 * @throws UsageError, ConfigurationError for a wrong option or configuration (exit 2).
 */
export async function run(options: LintCommandOptions, context: CommandContext): Promise<number> {
  if (options.explain !== undefined) {
    context.stdout(explainRule(ruleNamed(options.explain)));
    return 0;
  }
  const format = chosen(options.format ?? (options.json === true ? 'json' : 'text'), FORMATS, '--format');
  const host = options.host === undefined ? undefined : chosen(options.host, HOSTS, '--host');
  const { settings, configFile } = await settingsOf(options, context);
  const workflowDir = options.workflowDir === undefined ? undefined : inRoot(options.workflowDir, context);
  const files = options.files?.map((file) => inRoot(file, context));
  const asked: LintOptions = {
    root: context.cwd,
    config: settings,
    ...(workflowDir === undefined ? {} : { workflowDir }),
    ...(files === undefined || files.length === 0 ? {} : { files }),
    ...(host === undefined ? {} : { host }),
    ...(await runnerLabels(options, configFile, context)),
  };
  const result = quickly(() => lintAndFix(asked, options.fix === true, context));
  context.stdout(await report(result, format));
  return exitCodeOf(result);
}

function lintAndFix(asked: LintOptions, fix: boolean, context: CommandContext): LintResult {
  const result = lintFiles(asked);
  if (!fix) return result;
  const changed = writeFixes(context.cwd, result.findings, result.sources);
  for (const file of changed) context.stderr(`mended ${file}\n`);
  return changed.length === 0 ? result : lintFiles(asked);
}

/**
 * A run over 60 files is over before optimised code pays: compiling it took half of all processor time (bench/lint).
 * Baseline code stays on.
 */
function quickly<T>(work: () => T): T {
  setFlagsFromString('--no-opt');
  try {
    return work();
  } finally {
    setFlagsFromString('--opt');
  }
}

async function report(result: LintResult, format: (typeof FORMATS)[number]): Promise<string> {
  switch (format) {
    case 'text':
      return textReport(result);
    case 'github':
      return (await import('../lint/format/github.ts')).githubReport(result);
    case 'json':
      return (await import('../lint/format/json.ts')).jsonReport(result);
    case 'sarif':
      return (await import('../lint/format/sarif.ts')).sarifReport(
        result,
        (await import('../version.ts')).VERSION,
      );
  }
}

async function settingsOf(
  options: GlobalOptions,
  context: CommandContext,
): Promise<{ settings: Settings; configFile: string }> {
  const named = options.config ?? context.env['GREENLANE_CONFIG'];
  const mustExist = named !== undefined && named !== '';
  const configFile = resolve(context.cwd, mustExist ? named : DEFAULT_CONFIG_FILE);
  const settings = await loadSettings({
    path: configFile,
    name: inRoot(configFile, context),
    mustExist,
    ...(options.fleet === undefined ? {} : { fleet: options.fleet }),
  });
  return { settings, configFile };
}

/** A path of the command line relative to the root, with forward slashes. */
function inRoot(path: string, { cwd }: CommandContext): string {
  return slashed(relative(cwd, resolve(cwd, path)));
}

function ruleNamed(id: string) {
  const rule = RULES.find((candidate) => candidate.id === id);
  if (rule === undefined)
    throw new UsageError(
      `--explain: there is no rule ${JSON.stringify(id)}; the rules are ${RULES.map((known) => known.id).join(', ')}`,
    );
  return rule;
}

function chosen<T extends string>(text: string, known: readonly T[], option: string): T {
  const found = known.find((candidate) => candidate === text);
  if (found === undefined)
    throw new UsageError(`${option}: expected ${known.join(', ')}, got ${JSON.stringify(text)}`);
  return found;
}

/** Labels of the forge's runners, where a fleet and its token say which forge to ask (I-21). */
async function runnerLabels(
  options: GlobalOptions,
  configFile: string,
  context: CommandContext,
): Promise<Pick<LintOptions, 'runnerLabels'>> {
  const { askRunnerLabels } = await import('../lint/runner-labels.ts');
  const labels = await askRunnerLabels({
    configFile,
    fleet: options.fleet,
    env: context.env,
    warn: (line) => context.stderr(`${line}\n`),
  });
  return labels === undefined ? {} : { runnerLabels: labels };
}
