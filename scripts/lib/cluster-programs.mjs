import { cpSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, fillDirectory } from './cache.mjs';
import { findOnPath, isExecutable } from './executables.mjs';
import { goInstall } from './go-install.mjs';
import { run, lastLines } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** The version of the server inside the CLI of the dev server, so that both behave alike. */
export const serverVersion = '1.29.1';
const module = `go.temporal.io/server`;
const server = 'temporal-server';
const sqlTool = 'temporal-sql-tool';

/**
 * @typedef {object} ClusterPrograms
 * @property {string} server the Temporal server
 * @property {string} sqlTool makes and updates its schema
 * @property {string} schema directory of the versioned schemas: `temporal`, `visibility`
 * @property {string} config directory of its configuration: `development-postgres12.yaml`, `dynamicconfig`
 */

/**
 * The programs of a Temporal cluster in the cache, or undefined.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {ClusterPrograms | undefined}
 */
export function findClusterPrograms(env = process.env) {
  const programs = programsIn(directoryOf(env));
  return isExecutable(programs.server) ? programs : undefined;
}

/**
 * As {@link findClusterPrograms}; when they are not there, builds them with Go, into the cache (three minutes on
 * two cores).
 * @param {import('./steps.mjs').Steps} steps
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<ClusterPrograms>}
 * @throws {SetupError} with the ways out when there is no Go
 */
export async function ensureClusterPrograms(steps, env = process.env) {
  const found = findClusterPrograms(env);
  if (found !== undefined) return found;
  const target = directoryOf(env);
  if (findOnPath('go', env) === undefined) {
    throw new SetupError(`No Temporal server for the cluster: ${target} is not there, and \`go\` is not on PATH.
Ways out, any one of them:
  - install Go 1.25 or later (https://go.dev/dl) and run this again: it builds the server once, in about 3 min
  - copy ${target} from a machine that has it`);
  }
  await steps.step(
    `Temporal server ${serverVersion}: building it with Go`,
    () =>
      fillDirectory(
        target,
        server,
        (directory) => build(directory, env),
        (holder) => steps.note(`  waiting for ${holder}, which is building the Temporal server`),
      ),
    { slow: 'there is no other way to get it without containers; once, about 3 min on two cores' },
  );
  return programsIn(target);
}

/** @param {string} directory @param {NodeJS.ProcessEnv} env */
async function build(directory, env) {
  await goInstall(`${module}/cmd/tools/sql@v${serverVersion}`, directory, env);
  renameSync(join(directory, 'sql'), join(directory, sqlTool));
  // The module's own schema and configuration, kept beside the programs: Go's module cache may be cleaned.
  const source = await moduleDirectory(directory, env);
  cpSync(join(source, 'schema', 'postgresql', 'v12'), join(directory, 'schema'), { recursive: true });
  cpSync(join(source, 'config'), join(directory, 'config'), { recursive: true });
  await run('chmod', ['-R', 'u+w', directory]);
  await goInstall(`${module}/cmd/server@v${serverVersion}`, directory, env);
  renameSync(join(directory, 'server'), join(directory, server));
}

/** @param {string} cwd @param {NodeJS.ProcessEnv} env @returns {Promise<string>} */
async function moduleDirectory(cwd, env) {
  const { code, output } = await run('go', ['mod', 'download', '-json', `${module}@v${serverVersion}`], {
    cwd,
    env,
  });
  if (code !== 0) throw new SetupError(`Go could not fetch ${module}:\n${lastLines(output)}`);
  return JSON.parse(output.slice(output.indexOf('{')))['Dir'];
}

/** @param {NodeJS.ProcessEnv} env */
const directoryOf = (env) => join(cacheDirectory(env), `temporal-server-${serverVersion}`);

/** @param {string} directory @returns {ClusterPrograms} */
const programsIn = (directory) => ({
  server: join(directory, server),
  sqlTool: join(directory, sqlTool),
  schema: join(directory, 'schema'),
  config: join(directory, 'config'),
});
