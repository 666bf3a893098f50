import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { SetupError } from '../lib/setup-error.mjs';

const interceptors = 'src/workflows/interceptors.ts';
const payloadConverter = 'src/workflows/payload-converter.ts';
const failureConverter = 'src/workflows/failure-converter.ts';
const shared = 'src/workflows/shared.ts';

/**
 * Bundles src/workflows into `directory`/workflow-bundle.js, which a worker loads by `codePath` instead of
 * running webpack. src/workflows/interceptors.ts and payload-converter.ts go in where there are such files.
 * @param {string} root
 * @param {string} directory absolute
 * @throws {SetupError} when there are no workflows
 */
export async function bundleWorkflows(root, directory) {
  const workflowsPath = join(root, 'src', 'workflows', 'index.ts');
  if (!existsSync(workflowsPath))
    throw new SetupError('src/workflows/index.ts is missing: the workflow bundle is made from it.');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: existsSync(join(root, interceptors)) ? [join(root, interceptors)] : [],
    ...(existsSync(join(root, payloadConverter))
      ? { payloadConverterPath: join(root, payloadConverter) }
      : {}),
    failureConverterPath: join(root, failureConverter),
    preloadModules: existsSync(join(root, shared)) ? [join(root, shared)] : [],
    logger: onlyProblems,
  });
  writeFileSync(join(directory, 'workflow-bundle.js'), code);
}

const silent = () => {};
/** @type {import('@temporalio/worker').Logger} */
const onlyProblems = {
  trace: silent,
  debug: silent,
  info: silent,
  warn: (message) => console.error(message),
  error: (message) => console.error(message),
  log: (level, message) => {
    if (level === 'WARN' || level === 'ERROR') console.error(message);
  },
};
