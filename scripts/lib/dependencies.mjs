import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { lastLines, run } from './run.mjs';
import { workFile } from './script.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Runs `npm ci` when package-lock.json is not the one that node_modules was installed from. An `npm install` of
 * the very same packages counts as installed, so that adding one by hand does not cost a second installation.
 * @param {string} root of the project
 * @param {import('./steps.mjs').Steps} steps
 * @throws {SetupError} with npm's last lines
 */
export async function ensureDependencies(root, steps) {
  if (isInstalled(root)) return;
  await withLock(
    workFile(root, 'dependencies.lock'),
    async () => {
      if (isInstalled(root)) return;
      const reason = existsSync(join(root, 'node_modules')) ? 'package-lock.json has changed' : 'first time';
      await steps.step(`Dependencies: npm ci (${reason})`, () => install(root));
    },
    (holder) => steps.note(`  waiting for ${holder}, which is installing the dependencies`),
  );
}

/** @param {string} root */
function isInstalled(root) {
  const hash = lockHash(root);
  if (read(stampOf(root)) === hash) return true;
  if (!samePackages(root)) return false;
  stamp(root, hash);
  return true;
}

/** @param {string} root */
async function install(root) {
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  if (code === 127) throw new SetupError('`npm` is not on PATH; it comes with Node (https://nodejs.org).');
  if (code !== 0) {
    const said = lastLines(output.replaceAll(/^npm error A complete log .*$/gm, ''));
    throw new SetupError(`npm ci failed, so the dependencies are not installed:\n${said}`);
  }
  stamp(root, lockHash(root));
}

/** @param {string} root */
const stampOf = (root) => join(root, 'node_modules', '.cache', 'greenlane', 'lockfile.sha256');

/** @param {string} root @param {string} hash */
function stamp(root, hash) {
  mkdirSync(dirname(stampOf(root)), { recursive: true });
  writeFileSync(stampOf(root), hash);
}

/** @param {string} root */
function lockHash(root) {
  const lock = read(join(root, 'package-lock.json'));
  if (lock === undefined)
    throw new SetupError(`${root} has no package-lock.json: this is no complete clone.`);
  return createHash('sha256').update(lock).digest('hex');
}

/**
 * Whether npm's own record of node_modules holds exactly the packages of package-lock.json (but for optional
 * ones of other platforms).
 * @param {string} root
 */
function samePackages(root) {
  const record = read(join(root, 'node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  try {
    const installed = packagesOf(record);
    const wanted = packagesOf(/** @type {string} */ (read(join(root, 'package-lock.json'))));
    return (
      [...wanted].every(([path, entry]) => {
        const there = installed.get(path);
        return there === undefined ? entry.optional === true : there.integrity === entry.integrity;
      }) && [...installed.keys()].every((path) => wanted.has(path))
    );
  } catch {
    return false;
  }
}

/**
 * @param {string} json
 * @returns {Map<string, { integrity?: string, optional?: boolean }>}
 */
function packagesOf(json) {
  return new Map(Object.entries(JSON.parse(json).packages).filter(([path]) => path !== ''));
}

/** @param {string} path @returns {string | undefined} */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
