#!/usr/bin/env node
// `npm test`: set-up, then every check; the first failure ends it and shows its output.
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
  await steps.step(checks.map(({ name }) => name).join(', '), checkAll);
  steps.note(`  ${await steps.step('packages', () => audit({ mustKnow: false }))}`);
  if (vitestArgs.length > 0) process.exitCode = await runNode([vitest, 'run', ...vitestArgs]);
  else {
    const all = { name: 'tests', tool: 'vitest/vitest.mjs', args: ['run'] };
    const output = stripVTControlCharacters(await steps.step('tests', () => check(all)));
    steps.note(`  ${counts(output)}`);
    for (const line of retried(output)) steps.note(`  green only when tried again: ${line}`);
  }
  steps.note(`all of it … ${Math.round((performance.now() - start) / 1000)} s`);
}

/** Each of them keeps one core busy, so they run beside each other; what all of them say is heard. */
async function checkAll() {
  const ends = await Promise.allSettled(checks.map(check));
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason.message)] : []));
  if (failed.length > 0) throw new SetupError(failed.join('\n\n'));
}

/**
 * @param {{ name: string, tool: string, args: string[] }} check
 * @returns {Promise<string>} what the tool said
 * @throws {SetupError} with all of that when it fails
 */
async function check({ name, tool, args }) {
  const tools = join(root, 'node_modules', tool);
  const { code, output } = await run(process.execPath, [tools, ...args], { cwd: root });
  if (code !== 0) throw new SetupError(`${output.trimEnd()}\n\nThe check \`${name}\` failed.`);
  return output;
}

/**
 * vitest’s own count: `tests: 412 passed (412)`.
 * @param {string} output
 */
function counts(output) {
  const line = /Tests +(.+)/.exec(output)?.[1];
  return line === undefined ? 'vitest gave no count' : `tests: ${line.trim()}`;
}

/**
 * Tests that were red at first: each is a mistake of the product or of the test that nobody has found yet.
 * @param {string} output
 */
function retried(output) {
  return output
    .split('\n')
    .filter((line) => line.includes('(retry x'))
    .map((line) => line.replace(/^[\s✓]+/, ''));
}

if (isMain(import.meta.url)) await runScript(() => test(process.argv.slice(2)));
