import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { commonOptions, requireSource } from './options.mjs';

/** The programs but the command line: source, output. */
const programs = [
  { source: 'src/worker.ts', output: 'worker' },
  { source: 'src/simulator/main.ts', output: 'simulator' },
];

/** Files that are loaded by their path as they stand: beside the programs. */
const beside = ['src/codec/failure-converter.cjs'];

// Bundled CommonJS packages ask for Node's built-ins through `require`, which a module does not have.
const requireForCommonJs =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/**
 * Bundles every program but the command line into `directory`, and puts what is loaded by path beside them.
 * @param {string} root
 * @param {string} directory absolute
 * @throws {import('../lib/setup-error.mjs').SetupError} naming a source that is missing
 */
export async function bundlePrograms(root, directory) {
  for (const { source, output } of programs) {
    requireSource(root, source, `${output}.mjs`);
    await build({
      ...commonOptions(root),
      entryPoints: { [output]: source },
      outdir: directory,
      format: 'esm',
      // The directory is one of CommonJS, for the sake of cli.js.
      outExtension: { '.js': '.mjs' },
      banner: { js: requireForCommonJs },
      sourcemap: 'linked',
      sourcesContent: false,
    });
  }
  for (const source of beside) copyFileSync(join(root, source), join(directory, basename(source)));
}
