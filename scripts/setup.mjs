#!/usr/bin/env node
// All that a fresh clone needs, before anything else runs: plain Node, no dependencies.
import { ensureBuilt } from './lib/built-files.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { isMain, root, runScript } from './lib/script.mjs';
import { createSteps } from './lib/steps.mjs';
import { ensureTemporalCli } from './lib/temporal-cli.mjs';
import { ensureTimeSkippingServer } from './lib/time-skipping-server.mjs';

/**
 * Everything `npm run demo` needs, and with `tests` what `npm test` needs besides. Prints nothing when all is
 * there.
 * @param {{ tests?: boolean }} [options]
 */
export async function setUp({ tests = false } = {}) {
  const steps = createSteps();
  await ensureDependencies(root, steps);
  await ensureBuilt(root, steps);
  await ensureTemporalCli(steps);
  if (!tests) return;
  await ensureTimeSkippingServer(steps);
  await ensureChromium(steps);
}

if (isMain(import.meta.url)) await runScript(() => setUp({ tests: process.argv.includes('--tests') }));
