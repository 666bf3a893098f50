import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { splitProgram } from './chunks.mjs';
import { launcherText } from './launcher.mjs';
import { requireSource } from './options.mjs';
import { packChunks } from './packs.mjs';

const source = 'src/cli.ts';

/** What is read at once: `plan` and `lint` shall start at once, whatever other commands load. */
const packs = { start: [source, 'src/commands/plan.ts'], lint: ['src/commands/lint.ts'] };

/**
 * What is run to learn what V8 compiles from each pack. A command that fails has compiled all the same, and without
 * a cache the command line is only slower: no reason to fail the build.
 */
const samples = [
  { pack: 'start', args: ['plan', '--sha', '0'.repeat(40)] },
  { pack: 'lint', args: ['lint', '--workflow-dir', 'test/lint/ok'] },
  // Refused at once for want of a reason, and so without a server.
  { pack: 'rest', args: ['pin', '--tag', 'none'] },
];

/**
 * Makes the command line: `cli.js`, a launcher, and beside it packs of chunks with V8's code cache of what a short
 * command compiles. The directory becomes one of CommonJS: loading an ES module alone costs a third of a bare start.
 * @param {string} root
 * @param {string} directory absolute
 * @throws {import('../lib/setup-error.mjs').SetupError} when src/cli.ts is missing
 */
export async function bundleCommandLine(root, directory) {
  requireSource(root, source, 'cli.js');
  const { chunks, legal } = await splitProgram(root, source);
  const packed = packChunks(chunks, packs);
  for (const { file, code } of Object.values(packed.packs)) writeFileSync(join(directory, file), code);
  const main = chunks.find((chunk) => chunk.source === source)?.name ?? '';
  const program = {
    main,
    packs: Object.fromEntries(
      Object.entries(packed.packs).map(([name, { file, ascii }]) => [name, { file, ascii }]),
    ),
    places: packed.places,
  };
  writeFileSync(join(directory, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(directory, 'cli.js'), launcherText(program), { mode: 0o755 });
  if (legal !== '') writeFileSync(join(directory, 'cli.js.LEGAL.txt'), legal);
  for (const { pack, args } of samples) {
    const recorder = join(directory, `record-${pack}.js`);
    writeFileSync(recorder, launcherText(program, { record: pack }));
    await run(process.execPath, [recorder, ...args], { cwd: root });
    rmSync(recorder);
  }
}
