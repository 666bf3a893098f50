/**
 * Leaves zod's fifty languages but English out of a bundle: half of zod's size, and nothing of it is ever asked
 * for. A use of another one (`z.locales.de`) fails the build.
 * @returns {import('esbuild').Plugin}
 */
export function englishZodOnly() {
  return {
    name: 'english-zod-only',
    setup(build) {
      build.onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ importer, resolveDir }) =>
        /[\\/]zod[\\/]v4[\\/]/.test(importer)
          ? { path: 'locales', namespace: 'english-zod', pluginData: resolveDir, sideEffects: false }
          : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'english-zod' }, ({ pluginData }) => ({
        contents: "export { default as en } from '../locales/en.js';",
        resolveDir: pluginData,
      }));
    },
  };
}
