import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenGone } from '../../src/dev/leash.ts';

const KEPT = 'GREENLANE_TESTS_KEPT';

/** Where to put what is to be there when the run has ended: evidence of a failure. */
export const keptDirectory = (): string => process.env[KEPT] ?? tmpdir();

/**
 * vitest's global set-up: one temporary directory for all tests of a run. Whatever a test leaves in it is gone when the
 * run is, also when a worker of vitest, or vitest itself, was killed.
 */
export default function setup(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-tests-'));
  const kept = whenGone('rm -rf -- "$1"', directory);
  process.env[KEPT] ??= tmpdir();
  process.env['TMPDIR'] = directory;
  return () => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    kept();
  };
}
