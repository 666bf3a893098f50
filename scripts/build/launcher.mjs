/**
 * What `cli.js` knows of the chunks beside it.
 * @typedef {object} Program
 * @property {string} main chunk to begin with
 * @property {Record<string, { file: string, ascii: boolean }>} packs
 * @property {Record<string, string>} places name of a chunk to that of its pack
 */

/**
 * The text of `cli.js`: runs the program from its packs, each compiled when one of its chunks is asked for, with V8's
 * code cache when there is one that this Node made. Without it, or with one that V8 refuses, a pack is compiled as
 * ever. V8 would believe a damaged cache (a flipped bit ends in a crash or in other behaviour), so a cache file holds
 * it twice, and only two that are equal count: comparing costs a tenth of any checksum.
 * @param {Program} program
 * @param {{ record?: string }} [options] `record`: the pack whose cache to write when the process ends (for the
 *   build)
 */
export function launcherText({ main, packs, places }, { record } = {}) {
  return `#!/usr/bin/env node
'use strict';
const { readFileSync${record === undefined ? '' : ', writeFileSync'} } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

const packs = ${JSON.stringify(packs)};
const places = ${JSON.stringify(places)};
const url = pathToFileURL(__filename).href;
const opened = {};
const modules = {};

function cached(file) {
  try {
    const twice = readFileSync(file);
    const once = twice.subarray(0, twice.length >> 1);
    if (once.equals(twice.subarray(once.length))) return once;
  } catch {}
}

function open(pack) {
  const { file, ascii } = packs[pack];
  const filename = join(__dirname, file);
  const cacheFile = \`\${filename}.\${process.platform}-\${process.arch}-\${process.versions.v8}.cache\`;
  const code = readFileSync(filename, ascii ? 'latin1' : 'utf8');
  const script = new Script(code, { filename, cachedData: cached(cacheFile) });
${record === undefined ? '' : recorder(record)}  return script.runInThisContext();
}

function load(id) {
  const name = id.slice(2);
  const pack = places[name];
  if (pack === undefined || !id.startsWith('./')) return require(id);
  if (modules[name] !== undefined) return modules[name].exports;
  const module = { exports: {} };
  modules[name] = module;
  opened[pack] ??= open(pack);
  opened[pack][name](module.exports, load, module, url);
  return module.exports;
}

load(${JSON.stringify(`./${main}`)});
`;
}

/** @param {string} pack */
function recorder(pack) {
  return `  if (pack === ${JSON.stringify(pack)})
    process.on('exit', () => {
      const once = script.createCachedData();
      writeFileSync(cacheFile, Buffer.concat([once, once]));
    });
`;
}
