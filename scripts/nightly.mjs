#!/usr/bin/env node
// `npm run nightly [-- part …]`: what tries at random, at length: ten thousand inputs per parser, lives of the lock,
// 500 runs with faults. Another seed each night; it is printed, and GREENLANE_SEED does the same again.
import { join } from 'node:path';
import { runNode } from './lib/pass-through.mjs';
import { root, runScript } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';
import { createSteps } from './lib/steps.mjs';
import { setUp } from './setup.mjs';

const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run'];
/** @type {Record<string, (seed: string) => string[]>} */
const parts = {
  fuzz: () => [...vitest, 'test/fuzz'],
  lock: () => [...vitest, 'test/lock', 'test/rollout'],
  faults: (seed) => [join('scripts', 'faults.mjs'), '--runs', '500', '--seed', seed, '--table'],
};

/** @param {string[]} asked */
async function nightly(asked) {
  const unknown = asked.find((part) => parts[part] === undefined);
  if (unknown !== undefined)
    throw new SetupError(`There is no part ${unknown}; there is ${Object.keys(parts).join(', ')}.`);
  await setUp({ tests: true });
  const seed = process.env['GREENLANE_SEED'] ?? String(Math.floor(Date.now() / 1000));
  const steps = createSteps();
  const failed = [];
  for (const part of asked.length > 0 ? asked : Object.keys(parts)) {
    steps.note(`${part}: GREENLANE_SEED=${seed} npm run nightly -- ${part}`);
    const env = { ...process.env, GREENLANE_NIGHTLY: '1', GREENLANE_SEED: seed };
    const args = /** @type {(seed: string) => string[]} */ (parts[part])(seed);
    if ((await runNode(args, { env })) !== 0) failed.push(part);
  }
  if (failed.length > 0) throw new SetupError(`Failed tonight: ${failed.join(', ')}. Seed: ${seed}.`);
}

await runScript(() => nightly(process.argv.slice(2)));
