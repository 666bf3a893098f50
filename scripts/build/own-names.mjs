import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { transform } from 'esbuild';

/**
 * Keeps the names of Greenlane's own functions and classes (errors are shown by them), and of nothing else: esbuild's
 * `keepNames` sets the name of each function that a start meets, thousands of them in libraries.
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
export function ownNames(root) {
  const settings = join(root, 'tsconfig.json');
  const tsconfigRaw = existsSync(settings) ? readFileSync(settings, 'utf8') : '{}';
  return {
    name: 'own-names',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const sourcefile = relative(root, path);
        if (!sourcefile.startsWith('src')) return undefined;
        /** @type {import('esbuild').TransformOptions} */
        const options = { loader: 'ts', keepNames: true, target: 'node20', sourcefile, tsconfigRaw };
        try {
          const { code } = await transform(await readFile(path, 'utf8'), options);
          return { contents: code, loader: 'js' };
        } catch (error) {
          return { errors: /** @type {import('esbuild').TransformFailure} */ (error).errors };
        }
      });
    },
  };
}
