import { spawn } from 'node:child_process';
import { root } from './script.mjs';

/**
 * Runs Node on a program of the project, on this terminal, and gives its exit code. Ctrl-C is the program's to
 * answer.
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export function runNode(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
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
