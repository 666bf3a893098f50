import { spawn } from 'node:child_process';
import { root } from './script.mjs';

/**
 * Runs Node on a program of the project, on this terminal, and gives its exit code. Ctrl-C is the program's to
 * answer.
 * @param {readonly string[]} args
 * @param {{ program?: string, env?: NodeJS.ProcessEnv }} [options] `program`: another Node than this one
 * @returns {Promise<number>}
 */
export function runNode(args, { program = process.execPath, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: 'inherit' });
    const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
    const leave = () => {};
    process.on('SIGINT', leave).on('SIGTERM', pass);
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGINT', leave).off('SIGTERM', pass);
      resolve(code ?? 1);
    });
  });
}
