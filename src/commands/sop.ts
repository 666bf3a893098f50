import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DEFAULT_KILL_SWITCH, DEFAULT_REQUIRED_CONTEXTS } from '../config/defaults.ts';
import { readConfigFile } from '../config/file.ts';
import type { FleetConfig } from '../config/fleet.ts';
import { ConfigurationError, GreenlaneError, UsageError } from '../errors.ts';
import { checkBody, checkPullRequest, passes, type SopReport } from '../sop/check.ts';
import type { SopConfig } from '../sop/config.ts';
import type { EvidenceSetting } from '../sop/evidence.ts';
import { sopJson, sopText, summary } from '../sop/report.ts';
import { pullRequestTemplate } from '../sop/template.ts';
import { configPath, loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { forgeOf } from './forge.ts';

export interface SopOptions extends GlobalOptions {
  readonly pr?: string;
  readonly body?: string;
  /** `--no-post` */
  readonly post?: boolean;
}

/**
 * `greenlane sop`: exit 0 the SOP is met (or no production CI/CD is touched), 1 something is missing, 2 it could not
 * be told: a wrong option or configuration, a file or a forge that cannot be read, a status that cannot be posted.
 */
export async function run(options: SopOptions, context: CommandContext): Promise<number> {
  if ((options.pr === undefined) === (options.body === undefined))
    throw new UsageError('give either --pr with a number, or --body with a file');
  if (options.body !== undefined)
    return show(checkBody(readBody(options.body, context), bodySetting(options, context)), options, context);
  const { fleet, configFile } = loadFleet(options, context);
  const config = sopConfig(configFile);
  const setting = settingOf(fleet, config, configFile, context);
  const number = pullRequestNumber(options.pr ?? '');
  try {
    const forge = forgeOf(fleet, context);
    const report = await checkPullRequest(number, forge, config, setting);
    const exit = show(report, options, context);
    if (options.post !== false && report.headSha !== undefined) {
      const state = passes(report) ? 'success' : 'failure';
      await forge.postStatus(report.headSha, {
        context: config.context,
        state,
        description: summary(report),
      });
    }
    return exit;
  } catch (error) {
    if (!(error instanceof GreenlaneError)) throw error;
    context.stderr(`greenlane: ${error.message}\n`);
    return 2;
  }
}

/** A body can be checked without a configuration, against the default contexts and switch. */
function bodySetting(options: SopOptions, context: CommandContext): EvidenceSetting {
  const named = options.config ?? context.env['GREENLANE_CONFIG'];
  if (named === undefined && !existsSync(configPath(options, context))) {
    return {
      contexts: DEFAULT_REQUIRED_CONTEXTS,
      killSwitches: [DEFAULT_KILL_SWITCH],
      ...templateOf(context, undefined, ''),
    };
  }
  const { fleet, configFile } = loadFleet(options, context);
  return settingOf(fleet, readConfigFile(configFile).sop, configFile, context);
}

function settingOf(
  fleet: FleetConfig,
  config: SopConfig | undefined,
  configFile: string,
  context: CommandContext,
): EvidenceSetting {
  return {
    contexts: fleet.file.gates.required,
    killSwitches: [...new Set([...(config?.killSwitches ?? []), fleet.file.killSwitch.variable])],
    ...templateOf(context, config?.template, configFile),
  };
}

function templateOf(
  { cwd }: CommandContext,
  configured: string | undefined,
  source: string,
): Pick<EvidenceSetting, 'template'> {
  const template = pullRequestTemplate(cwd, configured, source);
  return template === undefined ? {} : { template };
}

function show(report: SopReport, options: SopOptions, context: CommandContext): number {
  context.stdout(options.json === true ? sopJson(report) : sopText(report));
  return passes(report) ? 0 : 1;
}

/** @throws ConfigurationError when the section is missing: nobody could approve. */
function sopConfig(configFile: string): SopConfig {
  const { sop } = readConfigFile(configFile);
  if (sop !== undefined) return sop;
  throw new ConfigurationError(
    { source: configFile, key: 'sop' },
    'missing; expected `reviewers` for devops, sre and security (docs/sop.md)',
  );
}

function readBody(path: string, { cwd }: CommandContext): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new UsageError(
      `--body: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
  }
}

function pullRequestNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`--pr: expected the number of a pull request, got ${JSON.stringify(text)}`);
  return Number(text);
}
