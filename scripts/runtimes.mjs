#!/usr/bin/env node
// `npm run test:runtimes [-- 22|24] [vitest arguments]`: unit and end-to-end tests on the other Nodes. The Nodes come
// from the npm registry, into the cache; without them it fails, it never passes by leaving one out. Its last lines say
// how many files and tests ran on each.
import { readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ensureRuntime, runtimes } from './lib/node-runtimes.mjs';
import { runNode } from './lib/pass-through.mjs';
import { run } from './lib/run.mjs';
import { isMain, root, runScript, workFile } from './lib/script.mjs';
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
  /** @type {string[]} */
  const figures = [];
  for (const major of asked.length > 0 ? asked : majors) {
    const program = await ensureRuntime(major, steps);
    const said = await run(program, ['--version']);
    if (said.output.trim() !== `v${runtimes[major]}`)
      throw new SetupError(`${program} is not Node ${runtimes[major]}: it says ${said.output.trim()}.`);
    steps.note(`Tests on Node ${runtimes[major]}`);
    // Whatever a test starts by the name of `node` is the same one.
    const env = { ...process.env, PATH: `${dirname(program)}${delimiter}${process.env['PATH'] ?? ''}` };
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const report = workFile(root, `tests-on-${runtimes[major]}.json`);
    rmSync(report, { force: true });
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await runNode([vitest, 'run', ...reporters, ...rest], { program, env });
    if (code !== 0) failed.push(runtimes[major]);
    figures.push(`Node ${runtimes[major]}: ${counts(report)}`);
  }
  for (const line of figures) steps.note(line);
  if (failed.length > 0) throw new SetupError(`Tests failed on Node ${failed.join(' and ')}.`);
}

/**
 * What vitest counted: `12 files, 102 tests: 101 passed, 1 failed, 0 skipped`.
 * @param {string} report path of its report as JSON
 */
function counts(report) {
  /** @type {{ testResults: unknown[], numTotalTests: number, numPassedTests: number, numFailedTests: number, numPendingTests: number }} */
  let said;
  try {
    said = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return 'no count: vitest ended before its report';
  }
  const { testResults, numTotalTests, numPassedTests, numFailedTests, numPendingTests } = said;
  const results = `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`;
  return `${testResults.length} files, ${numTotalTests} tests: ${results}`;
}

if (isMain(import.meta.url)) await runScript(() => test(process.argv.slice(2)));
