import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/**
 * Ends a child process when this process is gone, however it went: returned, Ctrl-C, `kill -9`. A shell of its
 * own session waits for the end of a pipe that only this process holds open.
 * @param child a started process
 * @param signal what it then gets
 */
export function leash(child: ChildProcess, signal: 'KILL' | 'QUIT' = 'KILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  const watcher = spawn('/bin/sh', ['-c', `read -r _; kill -${signal} "$1"`, 'leash', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => {
    // Without a shell the child merely outlives a killed parent.
  });
  watcher.stdin.on('error', () => {});
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  // Before its process id can belong to somebody else.
  child.once('exit', () => watcher.kill('SIGKILL'));
}
