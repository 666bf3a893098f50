import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../lib/setup-error.mjs';
import { englishZodOnly } from './zod-locales.mjs';

/**
 * What every bundle has in common.
 * @param {string} root
 * @returns {import('esbuild').BuildOptions}
 */
export function commonOptions(root) {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // The SDK holds native code and finds its own files by path; OpenTelemetry's packages must be the very ones
    // that the SDK's interceptors load.
    external: ['@temporalio/*', '@opentelemetry/*'],
    // Errors are shown by the name of their class.
    keepNames: true,
    legalComments: 'linked',
    plugins: [englishZodOnly()],
    logLevel: 'warning',
    logOverride: { 'import-is-undefined': 'error' },
  };
}

/**
 * @param {string} root
 * @param {string} source
 * @param {string} output
 * @throws {SetupError} when the source is not there
 */
export function requireSource(root, source, output) {
  if (!existsSync(join(root, source)))
    throw new SetupError(`${source} is missing: dist/${output} is made from it.`);
}
