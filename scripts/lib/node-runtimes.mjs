import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, fillDirectory } from './cache.mjs';
import { isExecutable } from './executables.mjs';
import { lastLines, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** The other Nodes that the tests run on, by major version: what npm's `node-<platform>-<arch>` packages carry. */
export const runtimes = /** @type {const} */ ({ 22: '22.23.3', 24: '24.21.0' });

/**
 * Path of a Node in the cache; when it is not there, gets it from the npm registry (about 50 MB, once).
 * @param {22 | 24} major
 * @param {import('./steps.mjs').Steps} steps
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string>}
 * @throws {SetupError} with the ways out when the registry does not give it
 */
export async function ensureRuntime(major, steps, env = process.env) {
  const version = runtimes[major];
  const directory = join(cacheDirectory(env), `node-${version}`);
  const program = join(directory, 'node');
  if (isExecutable(program)) return program;
  await steps.step(`Node ${version}: getting it from the npm registry`, () =>
    fillDirectory(
      directory,
      'node',
      (staging) => install(version, staging, env),
      (holder) => steps.note(`  waiting for ${holder}, which is getting Node ${version}`),
    ),
  );
  return program;
}

/** @param {string} version @param {string} staging @param {NodeJS.ProcessEnv} env */
async function install(version, staging, env) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const packages = join(staging, 'packages');
  // Its scripts are not needed: the package is the program and nothing else.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', packages];
  const { code, output } = await run('npm', [...args, `${name}@${version}`], { cwd: staging, env });
  if (code !== 0)
    throw new SetupError(`No Node ${version} here, and the registry does not give ${name}@${version}:
${lastLines(output)}
Ways out, any one of them:
  - run this again where the npm registry can be reached
  - put a Node ${version} at ${join(cacheDirectory(env), `node-${version}`, 'node')}`);
  cpSync(join(packages, 'node_modules', name, 'bin', 'node'), join(staging, 'node'));
  chmodSync(join(staging, 'node'), 0o755);
  rmSync(packages, { recursive: true, force: true });
}
