#!/usr/bin/env node
// `npm test`: set-up, then every check, one line each; the first failure ends it and shows its output.
// `npm test -- <vitest arguments>` passes them on and shows vitest's own output.
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runNode } from './lib/pass-through.mjs';
import { run } from './lib/run.mjs';
import { isMain, root, runScript } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';
import { createSteps } from './lib/steps.mjs';
import { audit } from './audit.mjs';
import { setUp } from './setup.mjs';

const steps = createSteps();
const cache = 'node_modules/.cache/greenlane';
const vitest = join('node_modules', 'vitest', 'vitest.mjs');

/** @type {{ name: string, tool: string, args: string[] }[]} */
const checks = [
  {
    name: 'format',
    tool: 'prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '--cache', '--cache-location', `${cache}/prettier`, '.'],
  },
  { name: 'lint', tool: 'eslint/bin/eslint.js', args: ['--max-warnings', '0', '.'] },
  { name: 'types', tool: 'typescript/bin/tsc', args: ['--pretty', 'false'] },
];

/** @param {string[]} vitestArgs */
async function test(vitestArgs) {
  const start = performance.now();
  await setUp({ tests: true });
  for (const { name, tool, args } of checks) await check(name, tool, args);
  steps.note(`  ${await steps.step('packages', () => audit({ mustKnow: false }))}`);
  if (vitestArgs.length > 0) process.exitCode = await runNode([vitest, 'run', ...vitestArgs]);
  else steps.note(`  ${counts(await check('tests', 'vitest/vitest.mjs', ['run']))}`);
  steps.note(`all of it … ${Math.round((performance.now() - start) / 1000)} s`);
}

/**
 * @param {string} name @param {string} tool @param {string[]} args
 * @returns {Promise<string>} what the tool said
 * @throws {SetupError} with all of that when it fails
 */
async function check(name, tool, args) {
  let output = '';
  try {
    await steps.step(name, async () => {
      const result = await run(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd: root });
      output = result.output;
      if (result.code !== 0) throw new Error(name);
    });
  } catch {
    throw new SetupError(`${output.trimEnd()}\n\nThe check \`${name}\` failed.`);
  }
  return output;
}

/**
 * vitest’s own count: `tests: 412 passed (412)`.
 * @param {string} output
 */
function counts(output) {
  const line = /Tests +(.+)/.exec(stripVTControlCharacters(output))?.[1];
  return line === undefined ? 'vitest gave no count' : `tests: ${line.trim()}`;
}

if (isMain(import.meta.url)) await runScript(() => test(process.argv.slice(2)));
