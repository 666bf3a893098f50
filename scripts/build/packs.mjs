import { createHash } from 'node:crypto';

/**
 * Chunks in one file, which is read and compiled at once.
 * @typedef {object} Pack
 * @property {string} file
 * @property {string} code
 * @property {boolean} ascii whether the file can be read without decoding it
 */

/**
 * Puts chunks into packs: into the first of `wanted` one of whose sources needs it at its start, else into `rest`.
 * @param {readonly import('./chunks.mjs').Chunk[]} chunks
 * @param {Readonly<Record<string, readonly string[]>>} wanted name of a pack to the sources that start from it
 * @returns {{ packs: Record<string, Pack>, places: Record<string, string> }} `places`: name of a chunk to that of its
 *   pack
 */
export function packChunks(chunks, wanted) {
  const byName = new Map(chunks.map((chunk) => [chunk.name, chunk]));
  /** @type {Record<string, string>} */
  const places = {};
  /** @param {string} name @param {string} pack */
  const place = (name, pack) => {
    if (places[name] !== undefined) return;
    places[name] = pack;
    for (const needed of byName.get(name)?.imports ?? []) place(needed, pack);
  };
  for (const [pack, sources] of Object.entries(wanted))
    for (const { name, source } of chunks)
      if (source !== undefined && sources.includes(source)) place(name, pack);
  for (const { name } of chunks) place(name, 'rest');
  const names = [...new Set(Object.values(places))];
  const packs = names.map((pack) => [
    pack,
    packOf(
      pack,
      chunks.filter(({ name }) => places[name] === pack),
    ),
  ]);
  return { packs: Object.fromEntries(packs), places };
}

/**
 * A script whose value has a function per chunk.
 * @param {string} name
 * @param {readonly import('./chunks.mjs').Chunk[]} chunks
 * @returns {Pack}
 */
function packOf(name, chunks) {
  const functions = chunks.map(
    (chunk) => `${JSON.stringify(chunk.name)}(exports,require,module,importMetaUrl){${chunk.body}\n}`,
  );
  // Strict, as the modules were that these come from.
  const code = `'use strict';({${functions.join(',\n')}})`;
  // V8 compares no more than the length of the code with what a cache was made from, hence the hash in the name.
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 12);
  return { file: `cli-${name}-${hash}.cjs`, code, ascii: Buffer.byteLength(code) === code.length };
}
