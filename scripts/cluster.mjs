#!/usr/bin/env node
// `npm run cluster`: Temporal on a real PostgreSQL, without containers.
// `npm run test:cluster -- <vitest arguments>` (`--test`): the tests that need one.
import { join } from 'node:path';
import { ensureClusterPrograms } from './lib/cluster-programs.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { runNode } from './lib/pass-through.mjs';
import { findPostgres } from './lib/postgres-programs.mjs';
import { root, runScript } from './lib/script.mjs';
import { createSteps } from './lib/steps.mjs';

/** @param {string[]} args */
async function cluster(args) {
  findPostgres();
  const steps = createSteps();
  await ensureDependencies(root, steps);
  await ensureClusterPrograms(steps);
  const vitest = [
    join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--config',
    'test/dev/cluster.config.ts',
  ];
  const program =
    args[0] === '--test'
      ? [...vitest, ...args.slice(1)]
      : ['--import', 'tsx', join('src', 'dev', 'cluster', 'main.ts')];
  process.exitCode = await runNode(program);
}

await runScript(() => cluster(process.argv.slice(2)));
