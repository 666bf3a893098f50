import { connect } from '../client/connect.ts';
import { deployId, describeDeploy } from '../client/deploys.ts';
import { RefusedError } from '../errors.ts';
import { loadFleet, shaOf, type CommandContext } from './context.ts';
import { run as deploy, type DeployOptions } from './deploy.ts';
import { findBySha, reasonOf, run as steer } from './steer.ts';

/**
 * Tries a deploy again: a halted one goes on, one that ended is started anew. Either way tenants that are on the
 * release already are not called.
 */
export async function run(options: DeployOptions, context: CommandContext): Promise<number> {
  reasonOf('retry', options);
  const { fleet } = loadFleet(options, context);
  const asked = options.sha?.trim() ?? shaOf(options, context);
  const access = await connect(context.env);
  let running: boolean;
  let workflowId: string;
  try {
    workflowId = await findBySha(access, fleet.name, asked);
    const description = await describeDeploy(access, workflowId);
    running = description?.status.name === 'RUNNING';
  } finally {
    await access.close();
  }
  if (running) return steer('resume', { ...options, sha: workflowId }, context);
  const prefix = deployId(fleet.name, '');
  if (!workflowId.startsWith(prefix))
    throw new RefusedError(
      `cannot retry: ${workflowId} is over, and only the deploy of a SHA is tried again; give the command anew (greenlane ${workflowId.startsWith('redeploy/') ? 'redeploy' : 'rollback'} … --reason R)`,
    );
  return deploy({ ...options, sha: workflowId.slice(prefix.length), again: true }, context);
}
