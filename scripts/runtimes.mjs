#!/usr/bin/env node
// `npm run test:runtimes [-- 22|24] [vitest arguments]`: unit and end-to-end tests on the other Nodes. The Nodes come
// from the npm registry, into the cache; without them it fails, it never passes by leaving one out.
import { delimiter, dirname, join } from 'node:path';
import { ensureRuntime, runtimes } from './lib/node-runtimes.mjs';
import { runNode } from './lib/pass-through.mjs';
import { run } from './lib/run.mjs';
import { isMain, root, runScript } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';
import { createSteps } from './lib/steps.mjs';
import { setUp } from './setup.mjs';

const majors = /** @type {(22 | 24)[]} */ (Object.keys(runtimes).map(Number));

/** @param {string[]} args */
async function test(args) {
  await setUp({ tests: true });
  const asked = majors.filter((major) => args.includes(String(major)));
  const rest = args.filter((argument) => !majors.map(String).includes(argument));
  const steps = createSteps();
  /** @type {string[]} */
  const failed = [];
  for (const major of asked.length > 0 ? asked : majors) {
    const program = await ensureRuntime(major, steps);
    const said = await run(program, ['--version']);
    if (said.output.trim() !== `v${runtimes[major]}`)
      throw new SetupError(`${program} is not Node ${runtimes[major]}: it says ${said.output.trim()}.`);
    steps.note(`Tests on Node ${runtimes[major]}`);
    // Whatever a test starts by the name of `node` is the same one.
    const env = { ...process.env, PATH: `${dirname(program)}${delimiter}${process.env['PATH'] ?? ''}` };
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const code = await runNode([vitest, 'run', ...rest], { program, env });
    if (code !== 0) failed.push(runtimes[major]);
  }
  if (failed.length > 0) throw new SetupError(`Tests failed on Node ${failed.join(' and ')}.`);
}

if (isMain(import.meta.url)) await runScript(() => test(process.argv.slice(2)));
