import { connect } from '../client/connect.ts';
import { deployId, describeDeploy } from '../client/deploys.ts';
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
  let sha: string;
  try {
    const workflowId = await findBySha(access, fleet.name, asked);
    sha = workflowId.slice(deployId(fleet.name, '').length);
    const description = await describeDeploy(access, workflowId);
    running = description?.status.name === 'RUNNING';
  } finally {
    await access.close();
  }
  return running
    ? steer('resume', { ...options, sha }, context)
    : deploy({ ...options, sha, again: true }, context);
}
