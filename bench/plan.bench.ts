/**
 * Wall time of `greenlane plan` against `node -e 0`, pair by pair in the same run (target: at most 2).
 * `npm run bench -- plan`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../src/dev/program.ts';
import { median } from './support/round-trip.ts';

const pairs = Number(process.argv[2] ?? 30);
const directory = mkdtempSync(join(tmpdir(), 'greenlane-plan-'));
const config = join(directory, 'greenlane.yaml');
writeFileSync(
  config,
  'fleets:\n  production:\n    repo: acme/core\n    forge: { kind: gitea, url: https://git.example }\n    controlPlane: { url: https://cp.example }\n    tenants: { buildinfoUrl: "https://{slug}.example/buildinfo" }\n',
);

function time(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

const plan = [programPath(), 'plan', '--config', config, '--sha', '2863380'.padEnd(40, '0')];
const bare = ['-e', '0'];
time(plan);
time(bare);
const measured = Array.from({ length: pairs }, () => ({ plan: time(plan), bare: time(bare) }));
rmSync(directory, { recursive: true });
console.log(`greenlane plan  ${median(measured.map((one) => one.plan)).toFixed(0)} ms (median of ${pairs})`);
console.log(`node -e 0       ${median(measured.map((one) => one.bare)).toFixed(0)} ms`);
console.log(
  `ratio           ${median(measured.map((one) => one.plan / one.bare)).toFixed(2)} (median of pairs; target: at most 2)`,
);
