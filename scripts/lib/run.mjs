import { spawn } from 'node:child_process';

const keptBytes = 4 * 1024 * 1024;

/**
 * Runs a command to its end with its output kept (the last 4 MB, stdout and stderr as they came). Never throws
 * for what the command does: a command that cannot be started has code 127 and the reason as its output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options]
 * @returns {Promise<{ code: number, output: string, aborted: boolean }>}
 */
export function run(command, args, { cwd, env = process.env, signal } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const abort = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', abort);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-keptBytes);
      });
    }
    /** @param {number} code @param {string} [extra] */
    const end = (code, extra = '') => {
      signal?.removeEventListener('abort', abort);
      resolve({ code, output: output + extra, aborted: signal?.aborted ?? false });
    };
    child.on('error', (error) => end(127, error.message));
    child.on('close', (code, killedBy) => end(code ?? 1, killedBy ? `\nended by ${killedBy}` : ''));
  });
}

/**
 * The last lines of an output that say something.
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 8) {
  return output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');
}
