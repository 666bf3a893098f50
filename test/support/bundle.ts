import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../../scripts/build/workflows.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'greenlane', 'workflows');
/** Folders that workflow code is made of. */
const SOURCES = ['src/workflows', 'src/rollout', 'src/safety'];

/** Path of a bundle of the workflow code as it is now; made once for the same sources, and kept between runs. */
export async function workflowBundle(): Promise<string> {
  return cached([], async (into) => bundleWorkflows(root, into));
}

/**
 * The same of a file of workflows that only tests have; `file` is its path from the root. `interceptors` is that of
 * a file of interceptors, if they are to have any.
 */
export async function testBundle(file: string, interceptors?: string): Promise<string> {
  return cached([file, ...(interceptors === undefined ? [] : [interceptors])], async (into) => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(root, file),
      workflowInterceptorModules: interceptors === undefined ? [] : [join(root, interceptors)],
      payloadConverterPath: join(root, 'src', 'workflows', 'payload-converter.ts'),
      logger: new DefaultLogger('ERROR'),
    });
    writeFileSync(join(into, 'workflow-bundle.js'), code);
  });
}

/** @throws Error when the workflows import something that the cache does not look at. */
async function cached(more: readonly string[], make: (into: string) => Promise<unknown>): Promise<string> {
  const directory = join(
    cache,
    hashOf([...SOURCES, ...more, 'scripts/build/workflows.mjs', 'package-lock.json']),
  );
  const path = join(directory, 'workflow-bundle.js');
  if (existsSync(path)) return path;
  const fresh = `${directory}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  await make(fresh);
  const code = readFileSync(join(fresh, 'workflow-bundle.js'), 'utf8');
  const folders = new Set([...code.matchAll(/"\.\/(src\/[^/"]+)\//g)].map((match) => match[1] as string));
  const unknown = [...folders].filter((folder) => !SOURCES.includes(folder));
  if (unknown.length > 0)
    throw new Error(
      `The workflows import ${unknown.join(', ')}: add it to SOURCES in test/support/bundle.ts.`,
    );
  try {
    renameSync(fresh, directory);
  } catch {
    // Another test file made the same one in the meantime.
  }
  return path;
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    const absolute = join(root, path);
    try {
      for (const name of readdirSync(absolute).sort()) add(join(path, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
      hash.update(`${path}\0`).update(readFileSync(absolute));
    }
  };
  for (const path of paths) add(path);
  return hash.digest('hex').slice(0, 16);
}
