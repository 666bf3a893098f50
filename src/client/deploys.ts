import { WorkflowNotFoundError } from '@temporalio/common';
import type { WorkflowExecutionDescription, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { DeployRequest } from '../rollout/request.ts';
import { isFinal } from '../rollout/outcome.ts';
import type { deploy } from '../workflows/deploy.ts';
import type { DeployResult } from '../workflows/status.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';
import { forMarkdown } from '../safety/neutralise.ts';
import type { TemporalAccess } from './connect.ts';

export type DeployHandle = WorkflowHandleWithFirstExecutionRunId<typeof deploy>;

/** Workflow id of a deploy (contract). */
export function deployId(fleet: string, sha: string): string {
  return `deploy/${fleet}/${sha.toLowerCase()}`;
}

/** How the latest attempt of a deploy stands; undefined when there is none. */
export async function describeDeploy(
  access: TemporalAccess,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await access.client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The result of a closed deploy; undefined when it ended without one (terminated, timed out, or a bug). */
export async function resultOf(
  access: TemporalAccess,
  workflowId: string,
  runId?: string,
): Promise<DeployResult | undefined> {
  try {
    return (await access.client.workflow.getHandle(workflowId, runId).result()) as DeployResult;
  } catch {
    return undefined;
  }
}

/** The attempt that ended last, for one that is started now; undefined when there was none, or it left no result. */
export async function earlierAttempt(
  access: TemporalAccess,
  workflowId: string,
): Promise<{ workflowId: string; runId: string } | undefined> {
  const description = await describeDeploy(access, workflowId);
  return description?.status.name === 'COMPLETED' ? { workflowId, runId: description.runId } : undefined;
}

/** The end of an earlier attempt that running the step again returns; undefined when a new attempt is due. */
export async function finalResult(
  access: TemporalAccess,
  workflowId: string,
): Promise<DeployResult | undefined> {
  const description = await describeDeploy(access, workflowId);
  if (description === undefined || description.status.name !== 'COMPLETED') return undefined;
  const result = await resultOf(access, workflowId);
  return result !== undefined && isFinal(result.outcome) ? result : undefined;
}

/** Starts a deploy, or attaches to the one of the same id that runs. */
export async function startDeploy(
  access: TemporalAccess,
  workflowId: string,
  request: DeployRequest,
): Promise<DeployHandle> {
  const short = request.sha?.slice(0, 7) ?? request.tag ?? 'head';
  const details = [
    `Takes ${request.tag ?? request.sha ?? 'the head of the branch'} to every tenant of ${request.fleet}.`,
    `Asked for by ${forMarkdown(request.actor)}${request.reason === undefined ? '' : `: ${forMarkdown(request.reason)}`}.`,
    'Steer it with greenlane halt, resume, rollback, abort, or the updates of the same names.',
  ];
  return access.client.workflow.start<typeof deploy>('deploy', {
    workflowId,
    taskQueue: access.lane,
    args: [request],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${request.dryRun === true ? 'dry run' : request.kind} deploy of ${short} to ${request.fleet}`,
    staticDetails: details.join('\n\n'),
    ...(request.searchAttributes === true
      ? {
          typedSearchAttributes: new TypedSearchAttributes([
            { key: searchAttributes.fleet, value: request.fleet },
            ...(request.sha === undefined ? [] : [{ key: searchAttributes.sha, value: request.sha }]),
          ]),
        }
      : {}),
  });
}
