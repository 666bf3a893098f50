import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Libraries as the command line takes them, for a quick start; what they do stays the same.
 * @param {string} root
 * @returns {import('esbuild').Plugin[]}
 */
export function leanLibraries(root) {
  return [lazyChildProcess(), esYaml(root), configurationZod()];
}

/**
 * Commander can run a command that is a program of its own, for which it loads child_process and with it all of
 * net: a fifth of the start. Loaded here when it is called.
 * @returns {import('esbuild').Plugin}
 */
function lazyChildProcess() {
  return {
    name: 'lazy-child-process',
    setup(build) {
      build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
        /[\\/]node_modules[\\/]commander[\\/]/.test(importer)
          ? { path: 'child_process', namespace: 'lazy' }
          : undefined,
      );
      build.onLoad({ filter: /^child_process$/, namespace: 'lazy' }, () => ({
        contents: "exports.spawn = (...all) => require('node:child_process').spawn(...all);",
      }));
    },
  };
}

/**
 * The build of yaml in ES modules, of which what nobody uses is left out; its CommonJS one is 70 files that are
 * evaluated one by one.
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
function esYaml(root) {
  const path = join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js');
  return {
    name: 'es-yaml',
    setup(build) {
      build.onResolve({ filter: /^yaml$/ }, () => ({ path, sideEffects: false }));
    },
  };
}

/**
 * A copy of zod's core for the configuration alone (`zod/mini`): shared with the commands that use the whole of
 * zod it would be three times as large. Zod keeps its registry and settings global, so that two copies are as one.
 * @returns {import('esbuild').Plugin}
 */
function configurationZod() {
  const suffix = '?configuration';
  const resolving = Symbol('resolving');
  const copied = Symbol('copied');
  return {
    name: 'configuration-zod',
    setup(build) {
      build.onResolve(
        { filter: /^zod\/(mini|v4\/locales\/en\.js)$/ },
        async ({ path, pluginData, ...from }) => {
          if (pluginData === resolving) return undefined;
          const { importer, kind, resolveDir } = from;
          const found = await build.resolve(path, { importer, kind, resolveDir, pluginData: resolving });
          return { ...found, suffix, sideEffects: false, pluginData: copied };
        },
      );
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir, pluginData }) =>
        pluginData === copied
          ? { path: join(resolveDir, path), suffix, sideEffects: false, pluginData: copied }
          : undefined,
      );
      build.onLoad({ filter: /[\\/]zod[\\/]/ }, async (file) =>
        file.suffix === suffix
          ? { contents: await readFile(file.path), resolveDir: dirname(file.path), pluginData: copied }
          : undefined,
      );
    },
  };
}
