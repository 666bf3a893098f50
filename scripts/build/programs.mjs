import { build } from 'esbuild';
import { commonOptions, requireSource } from './options.mjs';

/** The programs but the command line: source, output. */
const programs = [
  { source: 'src/worker.ts', output: 'worker' },
  { source: 'src/simulator/main.ts', output: 'simulator' },
];

// Bundled CommonJS packages ask for Node's built-ins through `require`, which a module does not have.
const requireForCommonJs =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/**
 * Bundles every program but the command line into `directory`.
 * @param {string} root
 * @param {string} directory absolute
 * @throws {import('../lib/setup-error.mjs').SetupError} naming a source that is missing
 */
export async function bundlePrograms(root, directory) {
  for (const { source, output } of programs) {
    requireSource(root, source, `${output}.js`);
    await build({
      ...commonOptions(root),
      entryPoints: { [output]: source },
      outdir: directory,
      format: 'esm',
      banner: { js: requireForCommonJs },
      sourcemap: 'linked',
      sourcesContent: false,
    });
  }
}
