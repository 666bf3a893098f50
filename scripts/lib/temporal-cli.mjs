import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheDirectory, fillDirectory } from './cache.mjs';
import { findOnPath, isExecutable } from './executables.mjs';
import { goInstall } from './go-install.mjs';
import { downloadThroughSdk, sdkVersion } from './sdk-download.mjs';
import { SetupError } from './setup-error.mjs';

/** The version that is built; newer ones carry a `replace` directive, which `go install` refuses. */
export const cliVersion = '1.5.1';
const program = `github.com/temporalio/cli/cmd/temporal@v${cliVersion}`;
const goVersion = '1.25';
/** The server inside the CLI: older ones lack what deploys use (updates, worker versioning). */
const oldestServer = [1, 28];

/** @typedef {{ path: string, source: 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache' }} FoundServer */

/**
 * The Temporal CLI with its dev server, looked for in `TEMPORAL_CLI_PATH`, on `PATH` (server 1.28 or later) and
 * in the cache. Nothing is downloaded or built.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {FoundServer | undefined}
 * @throws {SetupError} when `TEMPORAL_CLI_PATH` names no executable: a wrong setting is never passed over
 */
export function findTemporalCli(env = process.env) {
  const named = env['TEMPORAL_CLI_PATH'];
  if (named) {
    if (isExecutable(named)) return { path: named, source: 'TEMPORAL_CLI_PATH' };
    throw new SetupError(
      `TEMPORAL_CLI_PATH is ${named}, which is no executable file. Point it to a \`temporal\` CLI or unset it.`,
    );
  }
  const onPath = findOnPath('temporal', env);
  if (onPath !== undefined && whyUnusable(onPath) === undefined) return { path: onPath, source: 'PATH' };
  const path = cachedPaths(env).find(isExecutable);
  return path === undefined ? undefined : { path, source: 'cache' };
}

/**
 * As {@link findTemporalCli}; when there is none, lets the SDK download one, else builds it with Go (about five
 * minutes on two cores), into the cache.
 * @param {import('./steps.mjs').Steps} steps
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<FoundServer>}
 * @throws {SetupError} with the ways out when neither is possible
 */
export async function ensureTemporalCli(steps, env = process.env) {
  const found = findTemporalCli(env);
  if (found !== undefined) return found;
  const [built, downloaded] = /** @type {[string, string]} */ (cachedPaths(env));
  /** @param {string} holder */
  const onWait = (holder) => steps.note(`  waiting for ${holder}, which is getting the Temporal CLI`);
  /** @type {string | undefined} */
  let obstacle;
  await steps.step('Temporal dev server: downloading it through the SDK, into the cache', () =>
    fillDirectory(
      join(downloaded, '..'),
      'temporal',
      async (directory) => {
        obstacle = await downloadThroughSdk('createLocal', join(directory, 'temporal'), env);
        if (obstacle !== undefined) throw new Unavailable();
      },
      onWait,
    ).catch(ignoreUnavailable),
  );
  if (obstacle === undefined) return { path: downloaded, source: 'cache' };
  if (findOnPath('go', env) === undefined) throw noWayFound(obstacle, env);
  await steps.step(
    `Temporal dev server: building CLI ${cliVersion} with Go`,
    () =>
      fillDirectory(join(built, '..'), 'temporal', (directory) => goInstall(program, directory, env), onWait),
    { slow: `the download failed (${obstacle}); once, about 5 min on two cores` },
  );
  return { path: built, source: 'cache' };
}

/** @param {NodeJS.ProcessEnv} env */
function cachedPaths(env) {
  return [cliVersion, `sdk-${sdkVersion}`].map((version) =>
    join(cacheDirectory(env), `temporal-cli-${version}`, 'temporal'),
  );
}

/** @type {Map<string, string | undefined>} */
const verdicts = new Map();

/**
 * Why a `temporal` that happens to be on PATH cannot be used; asked once per process.
 * @param {string} path
 * @returns {string | undefined}
 */
function whyUnusable(path) {
  if (!verdicts.has(path)) {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
    const version = /\(Server (\d+)\.(\d+)/.exec(stdout ?? '');
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
    const [oldMajor, oldMinor] = /** @type {[number, number]} */ (oldestServer);
    verdicts.set(
      path,
      version === null
        ? 'says no server version'
        : major > oldMajor || (major === oldMajor && minor >= oldMinor)
          ? undefined
          : `has server ${major}.${minor}, ${oldestServer.join('.')} is the oldest that will do`,
    );
  }
  return verdicts.get(path);
}

class Unavailable extends Error {}

/** @param {unknown} error */
function ignoreUnavailable(error) {
  if (!(error instanceof Unavailable)) throw error;
}

/** @param {string} obstacle @param {NodeJS.ProcessEnv} env */
function noWayFound(obstacle, env) {
  const onPath = findOnPath('temporal', env);
  return new SetupError(`No Temporal dev server here, and no way to get one:
  TEMPORAL_CLI_PATH   is not set
  \`temporal\` on PATH  ${onPath === undefined ? 'is not there' : `${onPath} ${whyUnusable(onPath)}`}
  the cache           ${cacheDirectory(env)} has none
  the download        failed: ${obstacle}
  a build             needs \`go\` ${goVersion} or later on PATH
Ways out, any one of them:
  - install the Temporal CLI (https://docs.temporal.io/cli), on PATH or named by TEMPORAL_CLI_PATH
  - install Go ${goVersion} or later (https://go.dev/dl) and run this again: it builds the CLI once, in about 5 min
  - copy ${cachedPaths(env)[0]} from a machine that has it`);
}
