#!/usr/bin/env node
// `npm run bench -- [names…]`: runs bench/<name>.bench.ts one after another, all of them without a name.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './lib/pass-through.mjs';
import { root, runScript } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';
import { setUp } from './setup.mjs';

const suffix = '.bench.ts';

/** @param {string[]} wanted */
async function bench(wanted) {
  const known = readdirSync(join(root, 'bench'))
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .sort();
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new SetupError(
      `No benchmark named ${unknown.join(', ')}. There are: ${known.join(', ') || 'none'}.`,
    );
  }
  await setUp();
  for (const name of wanted.length > 0 ? wanted : known) {
    console.log(`\n== ${name}`);
    const code = await runNode(['--import', 'tsx', join('bench', `${name}${suffix}`)]);
    if (code !== 0) throw new SetupError(`The benchmark ${name} failed.`);
  }
}

await runScript(() => bench(process.argv.slice(2)));
