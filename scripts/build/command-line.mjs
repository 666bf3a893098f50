import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { run } from '../lib/run.mjs';
import { launcherText } from './launcher.mjs';
import { commonOptions, requireSource } from './options.mjs';

const source = 'src/cli.ts';

/**
 * Makes the command line: `cli.js`, which runs `cli-main-<hash>.cjs`, all commands in one file of which each is
 * evaluated only when it is asked for, with V8's code cache of what a short command compiles: half the time to
 * start. One file of CommonJS, because Node 20 keeps no code of modules; so nothing that cli.ts reaches by
 * `import` or `import()` may `await` at its top level.
 * @param {string} root
 * @param {string} directory absolute
 * @throws {import('../lib/setup-error.mjs').SetupError} when src/cli.ts is missing
 */
export async function bundleCommandLine(root, directory) {
  requireSource(root, source, 'cli.js');
  const { outputFiles } = await build({
    ...commonOptions(root),
    entryPoints: [source],
    outdir: directory,
    write: false,
    format: 'cjs',
    // Less to read at each start; still in lines, because Node shows the line where a bug threw.
    minifyWhitespace: true,
    lineLimit: 160,
    // A script has no `import()` of its own: what is external is required when it is asked for.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'urlOfBundle' },
    banner: { js: "const urlOfBundle = require('node:url').pathToFileURL(__filename).href;" },
  });
  const text = (outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '').replace(/^#!.*\n/, '');
  const code = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
  // V8 compares no more than the length of the code with what a cache was made from, hence the hash in the name.
  const bundle = `cli-main-${createHash('sha256').update(code).digest('hex').slice(0, 12)}.cjs`;
  writeFileSync(join(directory, bundle), code);
  const ascii = Buffer.byteLength(code) === code.length;
  for (const { path, contents } of outputFiles)
    if (path.endsWith('.LEGAL.txt')) writeFileSync(path, contents);
  writeFileSync(join(directory, 'cli.js'), launcherText(bundle, { ascii }), { mode: 0o755 });
  await recordCodeCache(root, directory, bundle, ascii);
}

/**
 * Runs a short command once and keeps what V8 compiled for it. A command that fails has compiled all the same,
 * and without a cache the command line is only slower: no reason to fail the build.
 * @param {string} root
 * @param {string} directory
 * @param {string} bundle
 * @param {boolean} ascii
 */
async function recordCodeCache(root, directory, bundle, ascii) {
  const recorder = join(directory, 'record.mjs');
  writeFileSync(recorder, launcherText(bundle, { ascii, record: true }));
  await run(process.execPath, [recorder, 'plan', '--sha', '0'.repeat(40)], { cwd: root });
  rmSync(recorder);
}
