#!/usr/bin/env node
// Makes dist/: the programs, and the workflow bundle. Needs the dependencies; `npm run build`.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCommandLine } from './build/command-line.mjs';
import { bundlePrograms } from './build/programs.mjs';
import { bundleWorkflows } from './build/workflows.mjs';
import { sourcesHash, stampName, withBuildLock } from './lib/built-files.mjs';
import { root, runScript, workFile } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';

const dist = join(root, 'dist');
const staging = workFile(root, 'dist-new');
const former = workFile(root, 'dist-old');

/** Builds beside dist/ and swaps at the end: an interrupted or failed build leaves the old one as it was. */
async function build() {
  const hash = sourcesHash(root);
  for (const path of [staging, former]) rmSync(path, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  await bundleCommandLine(root, staging);
  await bundlePrograms(root, staging);
  await bundleWorkflows(root, staging);
  // Taken before the build: a source that changed meanwhile makes the next run build again.
  writeFileSync(join(staging, stampName), hash);
  if (existsSync(dist)) renameSync(dist, former);
  renameSync(staging, dist);
  rmSync(former, { recursive: true, force: true });
}

/** @param {unknown} error what esbuild throws after it has printed every error itself */
function briefly(error) {
  const errors =
    error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  throw errors.length > 0 ? new SetupError(`The build failed (see above); dist/ is as it was.`) : error;
}

// `--locked`: the caller holds the lock (scripts/setup.mjs).
await runScript(() =>
  (process.argv.includes('--locked') ? build() : withBuildLock(root, build)).catch(briefly),
);
