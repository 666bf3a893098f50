import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 200;
const beatMs = 10_000;
const staleMs = 60_000;

/**
 * Runs `work` while holding a lock file, across processes. The holder touches the file every 10 s; a file that
 * nobody touched for a minute, or whose process of this machine is gone, belongs to a killed run and is taken
 * over. What is done under the lock must still be safe when two do it (a rename at the end): taking over is not
 * airtight.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} [onWait] called once when somebody else holds it
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait) {
  const own = `${hostname()} ${process.pid}`;
  for (let waited = false; !tryLock(path, own); waited = true) {
    if (isStale(path) && takeAway(path)) continue;
    if (!waited) onWait?.(holder(path) ?? 'another process');
    await sleep(pollMs);
  }
  const beat = setInterval(() => touch(path), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if (holder(path) === own) rmSync(path, { force: true });
  }
}

/** @param {string} path @param {string} own */
function tryLock(path, own) {
  try {
    writeFileSync(path, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path @returns {string | undefined} */
function holder(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function isStale(path) {
  const [host, pid] = (holder(path) ?? '').split(' ');
  try {
    if (Date.now() - statSync(path).mtimeMs > staleMs) return true;
  } catch {
    return false;
  }
  return host === hostname() && pid !== undefined && !isAlive(Number(pid));
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} path @returns {boolean} whether it is gone */
function takeAway(path) {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} path */
function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Taken away: the next `finally` sees it too.
  }
}
