import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { workFile } from './script.mjs';
import { lastLines, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** Where the build leaves the hash of what it was made from; the last file it writes. */
export const stampName = '.sources.sha256';
const sources = [
  'src',
  'scripts/lib',
  'scripts/build.mjs',
  'scripts/build',
  'package-lock.json',
  'package.json',
];

/**
 * Builds `dist/` when the sources are not those it was made from.
 * @param {string} root of the project
 * @param {import('./steps.mjs').Steps} steps
 * @throws {SetupError} with the build's last lines
 */
export async function ensureBuilt(root, steps) {
  if (isBuilt(root)) return;
  await withBuildLock(
    root,
    async () => {
      if (isBuilt(root)) return;
      await steps.step('Build: dist/ is not made from these sources', async () => {
        const { code, output } = await run(
          process.execPath,
          [join(root, 'scripts', 'build.mjs'), '--locked'],
          { cwd: root },
        );
        if (code !== 0) throw new SetupError(`The build failed:\n${lastLines(output, 40)}`);
      });
    },
    (holder) => steps.note(`  waiting for ${holder}, which is building`),
  );
}

/**
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} [onWait]
 */
export function withBuildLock(root, work, onWait) {
  return withLock(workFile(root, 'build.lock'), work, onWait);
}

/** @param {string} root */
function isBuilt(root) {
  try {
    return readFileSync(join(root, 'dist', stampName), 'utf8') === sourcesHash(root);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * A hash over the names and contents of all that goes into the build.
 * @param {string} root
 */
export function sourcesHash(root) {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, root, source);
  return hash.digest('hex');
}

/** @param {import('node:crypto').Hash} hash @param {string} root @param {string} path */
function addTo(hash, root, path) {
  const absolute = join(root, path);
  try {
    const entries = readdirSync(absolute);
    for (const name of entries.sort()) addTo(hash, root, join(path, name));
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR') throw error;
    const content = readFileSync(absolute);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
}
