#!/usr/bin/env node
// Records what the demo prints, by running it: docs/demo.txt. `node scripts/record-demo.mjs [demo options]`
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';

await runScript(() => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist', 'cli.js'), 'demo', ...process.argv.slice(2)],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  if (status !== 0) throw new SetupError(`The demo ended with ${status}:\n${stdout}${stderr}`);
  // Ports and process ids differ from run to run: not worth a change of the file.
  const text = stdout.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:8233').replaceAll(/pid \d+/g, 'pid 4242');
  writeFileSync(join(root, 'docs', 'demo.txt'), `$ npm run demo\n${text}`);
});
