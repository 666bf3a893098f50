import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('weigh.mjs', import.meta.url));

/** What each workflow of a bundle takes: kB that stay, ms of CPU until it is loaded. In a process of its own. */
export async function weigh(
  bundle: string,
  how: 'shared' | 'alone',
): Promise<{ readonly kb: number; readonly ms: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, bundle, how]);
  return JSON.parse(stdout) as { kb: number; ms: number };
}
