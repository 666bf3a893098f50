import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { SetupError } from '../lib/setup-error.mjs';
import { englishZodOnly } from './zod-locales.mjs';

/** The programs: source, output. */
const programs = [
  { source: 'src/cli.ts', output: 'cli', executable: true },
  { source: 'src/worker.ts', output: 'worker', executable: false },
  { source: 'src/simulator/main.ts', output: 'simulator', executable: false },
];

// The SDK holds native code and finds its own files by path; OpenTelemetry's packages must be the very ones that
// the SDK's interceptors load.
const external = ['@temporalio/*', '@opentelemetry/*'];

// Bundled CommonJS packages ask for Node's built-ins through `require`, which a module does not have.
const requireForCommonJs =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/**
 * Bundles every program into `directory`. Commands that cli.ts loads by `import()` become files of their own.
 * @param {string} root
 * @param {string} directory absolute
 * @throws {SetupError} naming a source that is missing
 */
export async function bundlePrograms(root, directory) {
  for (const { source, output, executable } of programs) {
    if (!existsSync(join(root, source)))
      throw new SetupError(`${source} is missing: dist/${output}.js is made from it.`);
    // One call each, so that what the command line loads at its start is not split by what the others share.
    await build({
      absWorkingDir: root,
      entryPoints: { [output]: source },
      outdir: directory,
      bundle: true,
      splitting: true,
      chunkNames: `${output}/[name]-[hash]`,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external,
      banner: { js: requireForCommonJs },
      // Errors are shown by the name of their class.
      keepNames: true,
      legalComments: 'linked',
      sourcemap: 'linked',
      sourcesContent: false,
      plugins: [englishZodOnly()],
      logLevel: 'warning',
      logOverride: { 'import-is-undefined': 'error' },
    });
    if (executable) makeExecutable(join(directory, `${output}.js`));
  }
}

/** @param {string} path */
function makeExecutable(path) {
  const code = readFileSync(path, 'utf8');
  if (!code.startsWith('#!')) writeFileSync(path, `#!/usr/bin/env node\n${code}`);
  chmodSync(path, 0o755);
}
