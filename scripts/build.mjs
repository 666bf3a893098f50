#!/usr/bin/env node
// Makes dist/: the programs, and the workflow bundle. Needs the dependencies; `npm run build`.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCommandLine } from './build/command-line.mjs';
import { bundlePrograms } from './build/programs.mjs';
import { bundleWorkflows } from './build/workflows.mjs';
import { sourcesHash, stampName, withBuildLock } from './lib/built-files.mjs';
import { root, runScript, workFile } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';

const leftoverMs = 60 * 60 * 1000;

/** Builds beside dist/ and swaps at the end: an interrupted or failed build leaves the old one as it was. */
async function build() {
  const hash = sourcesHash(root);
  // A directory of its own each time: a killed set-up may have left a build that is still at it.
  const work = mkdtempSync(workFile(root, 'build-'));
  const made = join(work, 'new');
  mkdirSync(made);
  try {
    await bundleCommandLine(root, made);
    await bundlePrograms(root, made);
    await bundleWorkflows(root, made);
    // Taken before the build: a source that changed meanwhile makes the next run build again.
    writeFileSync(join(made, stampName), hash);
    swap(made, join(root, 'dist'), join(work, 'old'));
  } finally {
    rmSync(work, { recursive: true, force: true });
    removeLeftovers();
  }
}

/** @param {string} made @param {string} dist @param {string} former */
function swap(made, dist, former) {
  try {
    renameSync(dist, former);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  renameSync(made, dist);
}

/** What killed builds left behind. */
function removeLeftovers() {
  for (const name of readdirSync(workFile(root, '.'))) {
    const path = workFile(root, name);
    if (!name.startsWith('build-') || Date.now() - statSync(path).mtimeMs < leftoverMs) continue;
    rmSync(path, { recursive: true, force: true });
  }
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
