#!/usr/bin/env node
// `npm run sbom [-- FILE]`: what production is made of, as CycloneDX 1.5, from the lock file; to stdout or a file.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sbom } from './lib/sbom.mjs';
import { root, runScript } from './lib/script.mjs';

await runScript(async () => {
  const text = await sbom(root);
  const [file] = process.argv.slice(2);
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(resolve(file), text);
});
