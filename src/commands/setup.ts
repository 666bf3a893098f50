import { isGrpcServiceError } from '@temporalio/client';
import { connect, type TemporalAccess } from '../client/connect.ts';
import { actorOf } from '../client/identity.ts';
import { RefusedError } from '../errors.ts';
import { say } from '../progress/say.ts';
import { deploymentNameOf } from '../worker-version.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API: the type of all of them. */
const KEYWORD = 2;

export interface SetupOptions extends GlobalOptions {
  /** Build that new deploys go to, where workers are versioned. */
  readonly currentBuild?: string;
}

/**
 * Registers Greenlane's search attributes in the namespace; those that are there stay as they are. With
 * `--current-build` also sends new deploys, and the locks, to that build of the worker.
 */
export async function run(options: SetupOptions, context: CommandContext): Promise<number> {
  const access = await connect(context.env);
  try {
    const registered = await registerAttributes(access);
    const { namespace } = access;
    say(
      context,
      options,
      registered.length === 0
        ? `${namespace} has all search attributes`
        : `registered ${registered.join(', ')} in ${namespace}`,
    );
    if (options.currentBuild !== undefined)
      say(
        context,
        options,
        await makeCurrent(access, deploymentNameOf(context.env), options.currentBuild, context),
      );
    const { currentBuild } = options;
    if (options.json === true) context.stdout(`${JSON.stringify({ namespace, registered, currentBuild })}\n`);
    return 0;
  } finally {
    await access.close();
  }
}

/** Names of those that were not there before. */
async function registerAttributes({ client, namespace }: TemporalAccess): Promise<string[]> {
  const service = client.connection.operatorService;
  const { customAttributes } = await service.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter(
    ({ name }) => !Object.hasOwn(customAttributes, name),
  );
  if (missing.length === 0) return [];
  await service.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
  });
  return missing.map(({ name }) => name);
}

/** @throws RefusedError when Temporal knows no worker of that build. */
async function makeCurrent(
  { client, namespace }: TemporalAccess,
  deploymentName: string,
  buildId: string,
  context: CommandContext,
): Promise<string> {
  try {
    await client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName,
      buildId,
      identity: actorOf(context.env),
    });
    return `new deploys and the fleet locks go to build ${buildId} of ${deploymentName}; running deploys end where they began`;
  } catch (error) {
    // NOT_FOUND, FAILED_PRECONDITION
    if (isGrpcServiceError(error) && (error.code === 5 || error.code === 9))
      throw new RefusedError(
        `build ${buildId} of ${deploymentName} cannot be made current: no worker of it has polled ${namespace} yet. Start one with GREENLANE_BUILD_ID=${buildId}; greenlane doctor lists the builds there are`,
      );
    throw error;
  }
}
