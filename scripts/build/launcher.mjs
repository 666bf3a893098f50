/**
 * The text of `cli.js`: runs the bundle as a script with V8's code cache, when there is one that this Node made.
 * Without it, or with one that V8 refuses, the bundle is compiled as ever.
 * @param {string} bundle file name of the bundle, beside the launcher
 * @param {{ ascii: boolean, record?: boolean }} options `ascii`: the bundle can be read without decoding it;
 *   `record`: write the cache when the process ends (for the build)
 */
export function launcherText(bundle, { ascii, record = false }) {
  return `#!/usr/bin/env node
import { readFileSync${record ? ', writeFileSync' : ''} } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const filename = fileURLToPath(new URL('./${bundle}', import.meta.url));
const cacheFile = \`\${filename}.\${process.platform}-\${process.arch}-\${process.versions.v8}.cache\`;
const code = readFileSync(filename, '${ascii ? 'latin1' : 'utf8'}');
let cachedData;
try {
  cachedData = readFileSync(cacheFile);
} catch {}
const script = new Script(code, { filename, cachedData });
${record ? "process.on('exit', () => writeFileSync(cacheFile, script.createCachedData()));\n" : ''}const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(filename), module, filename, dirname(filename));
`;
}
