import { connect } from '../client/connect.ts';
import { describeDeploy, resultOf } from '../client/deploys.ts';
import { actorOf } from '../client/identity.ts';
import { RefusedError, UsageError } from '../errors.ts';
import { shaOfTag } from '../rollout/tag.ts';
import { loadFleet, type CommandContext } from './context.ts';
import { stamp, startAndFollow, type DeployOptions } from './deploy.ts';
import { reasonOf, run as steerDeploy, targetOf, type SteerOptions } from './steer.ts';

export interface RollbackOptions extends DeployOptions, SteerOptions {
  readonly to?: string;
}

/**
 * Rolls back: with `--to` a deploy of that tag at the head of the queue; else the running deploy turns back, or a
 * closed one is undone tenant by tenant.
 */
export async function run(options: RollbackOptions, context: CommandContext): Promise<number> {
  const reason = reasonOf('rollback', options);
  const { fleet } = loadFleet(options, context);
  const common = { fleet: fleet.name, kind: 'rollback', actor: actorOf(context.env), reason } as const;
  if (options.to !== undefined) {
    const template = fleet.file.rollout.tag;
    if (shaOfTag(template, options.to) === undefined) {
      throw new UsageError(
        `--to: \`${options.to}\` names no commit, so nobody could prove it arrived; expected a tag like ${template} (I-28)`,
      );
    }
    return startAndFollow(
      context,
      options,
      `rollback/${fleet.name}/${options.to}/${stamp()}`,
      { ...common, tag: options.to, urgent: true },
      false,
    );
  }
  const closed = await closedDeploy(options, context, fleet.name);
  if (closed === undefined) return steerDeploy('rollback', options, context);
  const id = `rollback/${fleet.name}/${closed.tag}/${stamp()}`;
  return startAndFollow(
    context,
    options,
    id,
    {
      ...common,
      urgent: true,
      sha: closed.sha,
      undo: { workflowId: closed.workflowId, runId: closed.runId },
    },
    false,
  );
}

/** The deploy a rollback undoes when it is over; undefined while it runs and can turn back itself. */
async function closedDeploy(options: RollbackOptions, context: CommandContext, fleet: string) {
  const access = await connect(context.env);
  try {
    if (options.sha === undefined) return undefined;
    const workflowId = await targetOf(access, fleet, options);
    const description = await describeDeploy(access, workflowId);
    if (description === undefined || description.status.name === 'RUNNING') return undefined;
    const result = await resultOf(access, workflowId, description.runId);
    if (result === undefined)
      throw new RefusedError(
        `${workflowId} ended without a result, so nobody knows what its tenants ran before; use greenlane rollback --to TAG`,
      );
    if (result.extent === null && result.canary === undefined)
      throw new RefusedError(
        `${workflowId} touched no tenant (${result.outcome}: ${result.reason}); there is nothing to roll back`,
      );
    return { workflowId, runId: description.runId, sha: result.sha, tag: result.tag };
  } finally {
    await access.close();
  }
}
