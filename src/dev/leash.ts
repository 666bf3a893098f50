import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/**
 * Runs a shell script when this process is gone, however it went: returned, Ctrl-C, `kill -9`. A shell in a
 * session of its own waits for the end of a pipe that only this process holds open.
 * @param script its arguments are `$1`, `$2`, …
 * @returns takes it back
 */
export function whenGone(script: string, ...args: string[]): () => void {
  const watcher = spawn('/bin/sh', ['-c', `read -r _; ${script}`, 'leash', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const { stdin } = watcher;
  watcher.on('error', () => {
    // Without a shell things merely outlive a killed parent.
  });
  stdin.on('error', () => {});
  watcher.unref();
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return () => void watcher.kill('SIGKILL');
}

/**
 * Ends a child process when this process is gone.
 * @param child a started process
 * @param signal what it then gets
 */
export function leash(child: ChildProcess, signal: 'KILL' | 'QUIT' = 'KILL'): void {
  if (child.pid === undefined) return;
  const release = whenGone(`kill -${signal} "$1"`, String(child.pid));
  // Before its process id can belong to somebody else.
  child.once('exit', release);
}
