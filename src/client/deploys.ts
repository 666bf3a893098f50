import { TypedSearchAttributes, WorkflowNotFoundError } from '@temporalio/common';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { WorkflowExecutionDescription, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
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

/** What asking for a deploy came to. */
export type Opened =
  | { readonly kind: 'runs'; readonly handle: DeployHandle; readonly attached: boolean }
  | { readonly kind: 'ended'; readonly result: DeployResult };

/**
 * Starts a deploy or attaches to the one of the same id that runs; with `reuse`, an earlier attempt that ended for good
 * is the answer. An attempt that ends between the look at it and the start is looked at again, never deployed anew.
 * @throws what Temporal's client throws, also when the result of the earlier attempt cannot be read.
 */
export async function openDeploy(
  access: TemporalAccess,
  workflowId: string,
  request: DeployRequest,
  { reuse }: { readonly reuse: boolean },
): Promise<Opened> {
  for (;;) {
    const latest = await describeDeploy(access, workflowId);
    const status = latest?.status.name;
    const earlier =
      latest !== undefined && status === 'COMPLETED' ? { workflowId, runId: latest.runId } : undefined;
    if (reuse && earlier !== undefined) {
      const { client } = access;
      const result = (await client.workflow.getHandle(workflowId, earlier.runId).result()) as DeployResult;
      if (isFinal(result.outcome)) return { kind: 'ended', result };
    }
    const asked = { ...request, ...(earlier === undefined ? {} : { earlier }) };
    const attached = status === 'RUNNING';
    const over = latest !== undefined && !attached;
    try {
      return { kind: 'runs', handle: await startDeploy(access, workflowId, asked, { over }), attached };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}

/**
 * Starts a deploy, or attaches to the one of the same id that runs.
 * @param options `over`: an earlier attempt is known to be over, so that a new one is due
 * @throws WorkflowExecutionAlreadyStartedError when one is over that was not known to be.
 */
export async function startDeploy(
  access: TemporalAccess,
  workflowId: string,
  request: DeployRequest,
  { over }: { readonly over: boolean } = { over: false },
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
    workflowIdReusePolicy: over ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
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
