#!/usr/bin/env node
// `npm run faults -- --runs 500 --seed 1 [--cluster] [--json FILE]`: the nightly profile of test/faults. What else can
// be asked for stands in test/faults/main.ts.
// `--cluster`: on Temporal with PostgreSQL, which is killed too.
import { join } from 'node:path';
import { ensureClusterPrograms } from './lib/cluster-programs.mjs';
import { runNode } from './lib/pass-through.mjs';
import { findPostgres } from './lib/postgres-programs.mjs';
import { runScript } from './lib/script.mjs';
import { createSteps } from './lib/steps.mjs';
import { setUp } from './setup.mjs';

/** @param {string[]} args */
async function faults(args) {
  const cluster = args.includes('--cluster');
  // Says at once what this machine lacks.
  if (cluster) findPostgres();
  await setUp();
  if (cluster) await ensureClusterPrograms(createSteps());
  process.exitCode = await runNode(['--import', 'tsx', join('test', 'faults', 'main.ts'), ...args]);
}

await runScript(() => faults(process.argv.slice(2)));
