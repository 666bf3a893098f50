import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup-error.mjs';

/** The root of the project. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * A file of the scripts' own, in a directory that git ignores.
 * @param {string} root
 * @param {string} name
 */
export function workFile(root, name) {
  mkdirSync(join(root, '.tmp'), { recursive: true });
  return join(root, '.tmp', name);
}

/** @param {string} url `import.meta.url` of the caller: whether it was started, not imported */
export const isMain = (url) => process.argv[1] === fileURLToPath(url);

/**
 * Runs a script's main function; what it throws for people is printed without a stack. Exit code 1 then.
 * @param {() => void | Promise<void>} main
 */
export async function runScript(main) {
  try {
    requireNode();
    await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exit(1);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `Node ${process.versions.node} is too old: 20.19 or later is needed (https://nodejs.org). ` +
      `This one is ${process.execPath}.`,
  );
}
