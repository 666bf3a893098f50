import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCommandLine } from '../../scripts/build/command-line.mjs';
import { bundleWorkflows } from '../../scripts/build/workflows.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A build of Greenlane, as a worker is started from it. */
export interface Build {
  readonly program: string;
  readonly bundle: string;
  remove(): void;
}

/** The build that the tests run on. */
export const FORMER: Build = {
  program: join(root, 'dist', 'cli.js'),
  bundle: join(root, 'dist', 'workflow-bundle.js'),
  remove: () => undefined,
};

/**
 * Builds Greenlane from its sources with one step more in the workflow of a deploy: the next version, as it might be.
 * Deploys that began without the step go on without it.
 */
export async function buildNewer(): Promise<Build> {
  mkdirSync(join(root, '.tmp'), { recursive: true });
  const project = mkdtempSync(join(root, '.tmp', 'newer-'));
  for (const name of ['src', 'scripts', 'package.json', 'tsconfig.json'])
    cpSync(join(root, name), join(project, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  const deploy = join(project, 'src', 'workflows', 'deploy.ts');
  const before = "  run.enter('starting', 'reading the configuration');\n";
  const source = readFileSync(deploy, 'utf8');
  if (!source.includes(before)) throw new Error('src/workflows/deploy.ts does not begin as it did');
  writeFileSync(
    deploy,
    source.replace(before, `${before}  if (wf.patched('a step more')) await wf.sleep(1);\n`),
  );
  const dist = join(project, 'dist');
  mkdirSync(dist);
  await bundleWorkflows(project, dist);
  await bundleCommandLine(project, dist);
  cpSync(join(project, 'src', 'codec', 'failure-converter.cjs'), join(dist, 'failure-converter.cjs'));
  return {
    program: join(dist, 'cli.js'),
    bundle: join(dist, 'workflow-bundle.js'),
    remove: () => rmSync(project, { recursive: true, force: true }),
  };
}
