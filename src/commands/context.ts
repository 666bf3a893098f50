import { resolve } from 'node:path';
import { DEFAULT_CONFIG_FILE } from '../config/defaults.ts';
import { readEnvironment, text, type Environment, type EnvironmentSettings } from '../config/environment.ts';
import { readConfigFile } from '../config/file.ts';
import { chooseFleet, fleetConfig, type FleetConfig } from '../config/fleet.ts';
import { UsageError } from '../errors.ts';
import type { Terminal } from '../progress/terminal.ts';
import { isFullSha } from '../rollout/sha.ts';

/** What a command has of the outside: where it writes, and what it reads. */
export interface CommandContext {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Environment;
  readonly cwd: string;
  /** The screen that stdout is; absent where stdout is a pipe or a file. */
  readonly terminal?: Terminal;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly fleet?: string;
  readonly json?: boolean;
}

export interface LoadedFleet {
  readonly fleet: FleetConfig;
  readonly environment: EnvironmentSettings;
  readonly configFile: string;
}

/** Path of the configuration: `--config`, else `GREENLANE_CONFIG`, else `greenlane.yaml`. */
export function configPath(options: GlobalOptions, context: CommandContext): string {
  return resolve(context.cwd, options.config ?? text(context.env, 'GREENLANE_CONFIG') ?? DEFAULT_CONFIG_FILE);
}

/** The fleet a command means. @throws ConfigurationError */
export function loadFleet(options: GlobalOptions, context: CommandContext): LoadedFleet {
  const configFile = configPath(options, context);
  const config = readConfigFile(configFile);
  const environment = readEnvironment(context.env);
  const name = chooseFleet(config, configFile, options.fleet);
  return { fleet: fleetConfig(config, configFile, name, environment), environment, configFile };
}

/** `--sha`, else `GITHUB_SHA`. @throws UsageError when there is none, or it is no full SHA. */
export function shaOf(options: { readonly sha?: string }, context: CommandContext): string {
  const sha = options.sha?.trim() ?? text(context.env, 'GITHUB_SHA');
  if (sha === undefined || sha === '')
    throw new UsageError('which commit? Give --sha with its full SHA (in CI, GITHUB_SHA is used)');
  if (!isFullSha(sha))
    throw new UsageError(
      `--sha: expected a full SHA of 40 hex digits, got ${JSON.stringify(sha.slice(0, 60))}`,
    );
  return sha.toLowerCase();
}
