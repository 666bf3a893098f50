import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { withLock } from './lock.mjs';
import { SetupError } from './setup-error.mjs';

const leftoverMs = 60 * 60 * 1000;

/**
 * Where downloaded and built servers are kept between clones: `GREENLANE_CACHE`, else
 * `$XDG_CACHE_HOME/greenlane`, else `~/.cache/greenlane`. Always absolute.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cacheDirectory(env = process.env) {
  const own = env['GREENLANE_CACHE'];
  if (own) return resolve(own);
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg ? resolve(xdg) : join(homedir(), '.cache'), 'greenlane');
}

/**
 * Fills a directory of the cache in one step: `fill` works in a directory beside it, which takes the final
 * name only when everything is there, so an interrupted run leaves nothing half done. Two at once: the second
 * waits and finds the work done.
 * @param {string} target absolute path of the directory
 * @param {string} marker a file in it that is there exactly when the directory is complete
 * @param {(directory: string) => Promise<void>} fill
 * @param {(holder: string) => void} [onWait] called once when somebody else is at it
 * @throws {SetupError} when the cache cannot be written
 */
export async function fillDirectory(target, marker, fill, onWait) {
  try {
    mkdirSync(dirname(target), { recursive: true });
    accessSync(dirname(target), constants.W_OK);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new SetupError(
      `The cache cannot be written (${message}). Name another directory by GREENLANE_CACHE.`,
    );
  }
  await withLock(
    `${target}.lock`,
    async () => {
      if (existsSync(join(target, marker))) return;
      removeLeftovers(target);
      const staging = `${target}.tmp-${process.pid}-${Date.now()}`;
      mkdirSync(staging);
      try {
        await fill(staging);
        // A directory without its marker is what an interrupted run by hand leaves behind.
        rmSync(target, { recursive: true, force: true });
        renameSync(staging, target);
      } finally {
        rmSync(staging, { recursive: true, force: true });
      }
    },
    onWait,
  );
}

/**
 * What killed runs left: nobody else can be at work here, the lock is ours.
 * @param {string} target
 */
function removeLeftovers(target) {
  const parent = dirname(target);
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(`${basename(target)}.tmp-`)) continue;
    const path = join(parent, name);
    if (Date.now() - statSync(path).mtimeMs > leftoverMs) rmSync(path, { recursive: true, force: true });
  }
}
