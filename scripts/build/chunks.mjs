import { basename } from 'node:path';
import { build, transform } from 'esbuild';
import { leanLibraries } from './lean-libraries.mjs';
import { commonOptions } from './options.mjs';
import { ownNames } from './own-names.mjs';

/**
 * A part of the command line: the body of a CommonJS module, as a function of `exports, require, module,
 * importMetaUrl`.
 * @typedef {object} Chunk
 * @property {string} name
 * @property {string} body
 * @property {string} [source] the source it is the entry of: the one asked for, or one that is imported by `import()`
 * @property {string[]} imports names of the chunks that are evaluated before it
 */

/**
 * Bundles a program and splits it where it says `import()`. What two parts share is a chunk of its own, so that
 * there is one of everything in a process. The bodies are CommonJS, because Node 20 keeps no code of modules; so
 * nothing may `await` at its top level.
 * @param {string} root
 * @param {string} source relative to root
 * @returns {Promise<{ chunks: Chunk[], legal: string }>}
 */
export async function splitProgram(root, source) {
  const common = commonOptions(root);
  const { outputFiles, metafile } = await build({
    ...common,
    plugins: [...leanLibraries(root), ...(common.plugins ?? []), ownNames(root)],
    entryPoints: [source],
    outdir: 'chunks',
    write: false,
    metafile: true,
    format: 'esm',
    splitting: true,
    keepNames: false,
    legalComments: 'external',
    minifyWhitespace: true,
  });
  const named = outputFiles.map(({ path, text }) => ({ name: basename(path), text }));
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const chunks = named
    .filter(({ name }) => name.endsWith('.js'))
    .map(async ({ name, text }) => {
      const { entryPoint, imports = [] } = outputs.get(name) ?? {};
      return {
        name,
        body: await commonJs(text),
        ...(entryPoint === undefined ? {} : { source: entryPoint }),
        imports: imports
          .filter(({ kind, external }) => kind === 'import-statement' && external !== true)
          .map(({ path }) => basename(path)),
      };
    });
  const legal = named.filter(({ name }) => name.endsWith('.LEGAL.txt')).map(({ text }) => text);
  return { chunks: await Promise.all(chunks), legal: [...new Set(legal)].join('\n') };
}

/** @param {string} text of an ES module */
async function commonJs(text) {
  const { code } = await transform(text.replace(/^#!.*\n/, ''), {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // Less to read at each start; still in lines, because Node shows the line where a bug threw.
    minifyWhitespace: true,
    lineLimit: 160,
    // A script has no `import()` of its own: what is external is required when it is asked for.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    logLevel: 'warning',
  });
  return code;
}
