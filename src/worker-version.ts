import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { WorkerOptions } from '@temporalio/worker';
import { text, type Environment } from './config/environment.ts';
import { ConfigurationError } from './errors.ts';

const DEFAULT_DEPLOYMENT = 'greenlane';
const BUILD = 'GREENLANE_BUILD_ID';
const DEPLOYMENT = 'GREENLANE_DEPLOYMENT_NAME';

/** A version of the worker as Temporal's worker versioning knows it. */
export interface WorkerVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** Identity of a build: workers of the same workflow code have the same one. */
export function buildIdOf(bundle: string): string {
  return createHash('sha256').update(readFileSync(bundle)).digest('hex').slice(0, 12);
}

/**
 * The version this worker polls as, when `GREENLANE_BUILD_ID` is set; `auto` is the identity of its workflow code.
 * @throws ConfigurationError for a name that Temporal does not take.
 */
export function versionOf(env: Environment, bundle: string | undefined): WorkerVersion | undefined {
  const asked = text(env, BUILD);
  if (asked === undefined) return undefined;
  const deploymentName = deploymentNameOf(env);
  const buildId = asked === 'auto' && bundle !== undefined ? buildIdOf(bundle) : asked;
  return { deploymentName, buildId: checked(BUILD, buildId, /^[\w.-]{1,100}$/) };
}

/** Name of the worker deployment: `GREENLANE_DEPLOYMENT_NAME`, else `greenlane`. @throws ConfigurationError */
export function deploymentNameOf(env: Environment): string {
  return checked(DEPLOYMENT, text(env, DEPLOYMENT) ?? DEFAULT_DEPLOYMENT, /^[\w-]{1,100}$/);
}

/**
 * How the worker tells Temporal what it is. Versioned, deploys stay on the build that began them and the lock moves on
 * (src/workflows/index.ts); else the identity of the build is only shown.
 */
export function versioningOf(
  env: Environment,
  bundle: string | undefined,
): Pick<WorkerOptions, 'workerDeploymentOptions' | 'buildId'> {
  const version = versionOf(env, bundle);
  if (version === undefined) return bundle === undefined ? {} : { buildId: buildIdOf(bundle) };
  return {
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  };
}

/** Temporal joins the two by a dot, so only a build may have one. */
function checked(variable: string, value: string, pattern: RegExp): string {
  if (pattern.test(value)) return value;
  throw new ConfigurationError(
    { source: `environment variable ${variable}` },
    `expected letters, digits, _ and - (a build id also dots), at most 100, got ${JSON.stringify(value.slice(0, 100))}`,
  );
}
