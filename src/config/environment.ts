import { ConfigurationError } from '../errors.ts';
import { isFlag, isTrue } from '../rollout/kill-switch.ts';
import { AGGREGATE_CONTEXT } from './defaults.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says over the file; durations in ms. Absent means: not said. */
export interface EnvironmentSettings {
  readonly controlPlaneUrl?: string;
  readonly allowNonProduction?: boolean;
  readonly disabled?: boolean;
  readonly dryRun?: boolean;
  readonly canary?: string;
  readonly soakMs?: number;
  readonly batchSize?: number;
  readonly maxStragglers?: number;
  readonly targetTag?: string;
  readonly manualTargetTag?: string;
  readonly required?: readonly string[];
  readonly settleMs?: number;
  readonly intervalMs?: number;
  readonly gatePollMs?: number;
  readonly gateTimeoutMs?: number;
}

/**
 * Reads the predecessor's variables.
 * @throws ConfigurationError naming the variable: a literal `${{ … }}` (I-25), a number that is none, a flag that is
 * neither on nor off, an empty list (I-08).
 */
export function readEnvironment(env: Environment): EnvironmentSettings {
  const settings: { -readonly [K in keyof EnvironmentSettings]?: EnvironmentSettings[K] | undefined } = {
    controlPlaneUrl: text(env, 'PROD_CP_URL'),
    allowNonProduction: flag(env, 'PROD_ALLOW_NON_PROD_CP_URL'),
    disabled: flag(env, 'PROD_AUTO_DEPLOY_DISABLED'),
    dryRun: flag(env, 'PROD_AUTO_DEPLOY_DRY_RUN'),
    canary: text(env, 'PROD_AUTO_DEPLOY_CANARY_SLUG'),
    soakMs: seconds(env, 'PROD_AUTO_DEPLOY_SOAK_SECONDS', 0),
    batchSize: integer(env, 'PROD_AUTO_DEPLOY_BATCH_SIZE', 1, 500),
    maxStragglers: integer(env, 'PROD_AUTO_DEPLOY_MAX_STRAGGLERS', 0, 100),
    targetTag: text(env, 'PROD_AUTO_DEPLOY_TARGET_TAG'),
    manualTargetTag: text(env, 'PROD_MANUAL_REDEPLOY_TARGET_TAG'),
    required: list(env, 'PROD_AUTO_DEPLOY_REQUIRED_CONTEXTS'),
    settleMs: seconds(env, 'PROD_AUTO_DEPLOY_VERIFY_BUDGET_SECONDS', 1),
    intervalMs: seconds(env, 'PROD_AUTO_DEPLOY_VERIFY_INTERVAL_SECONDS', 1),
    gatePollMs: seconds(env, 'CI_STATUS_POLL_INTERVAL_SECONDS', 1),
    gateTimeoutMs: seconds(env, 'CI_STATUS_TIMEOUT_SECONDS', 1),
  };
  for (const name of ['GITHUB_SHA', 'GITHUB_REPOSITORY', 'GITHUB_REF_NAME']) text(env, name);
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** A variable's trimmed text; undefined when it is not set or empty. @throws ConfigurationError on `${{ … }}` (I-25). */
export function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  if (value === undefined || value === '') return undefined;
  if (value.includes('${{')) {
    throw problem(
      name,
      `holds the literal text ${JSON.stringify(value.slice(0, 80))}: the CI server did not interpolate it; expected a value (I-25)`,
    );
  }
  return value;
}

function flag(env: Environment, name: string): boolean | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  if (!isFlag(value)) throw problem(name, `expected true or false, got ${JSON.stringify(value)}`);
  return isTrue(value);
}

function integer(env: Environment, name: string, minimum: number, maximum: number): number | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= minimum && number <= maximum)) {
    throw problem(
      name,
      `expected a whole number from ${minimum} to ${maximum}, got ${JSON.stringify(value)}`,
    );
  }
  return number;
}

function seconds(env: Environment, name: string, minimum: number): number | undefined {
  const value = integer(env, name, minimum, 30 * 24 * 3600);
  return value === undefined ? undefined : value * 1000;
}

function list(env: Environment, name: string): string[] | undefined {
  const raw = env[name];
  if (raw === undefined || raw === '') return undefined;
  text(env, name);
  const items = raw
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0)
    throw problem(
      name,
      `expected status contexts separated by commas, got ${JSON.stringify(raw)}: all of nothing is not green (I-08)`,
    );
  if (items.every((item) => AGGREGATE_CONTEXT.test(item)))
    throw problem(
      name,
      'the only required context is an aggregate, which a masked job turns green: name the jobs themselves as well',
    );
  return items;
}

function problem(name: string, message: string): ConfigurationError {
  return new ConfigurationError({ source: `environment variable ${name}` }, message);
}
