import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { statusQuery } from '../workflows/messages.ts';
import type { FoundHolder, LockActivities } from './contract.ts';
import { notYet } from './failure.ts';

/** How often the lock looks whether its holder is still there. */
const WATCH_MS = 2_000;

/** Ends when the chain of runs that holds the fleet is closed, however that came about (I-29, I-30). */
export function watchHolder(): LockActivities['watchHolder'] {
  return async ({ workflowId, runId }) => {
    const { client } = Context.current();
    const how = await closedHow(client, workflowId, runId);
    if (how !== undefined) return { how };
    throw notYet('HolderRuns', `${workflowId} holds the fleet`, WATCH_MS);
  };
}

/** How the chain that began with `runId` ended; undefined while a run of it is open. */
async function closedHow(client: Client, workflowId: string, runId: string): Promise<string | undefined> {
  let description;
  try {
    description = await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'not known to Temporal any more';
    throw error;
  }
  const chain = description.raw.workflowExecutionInfo?.firstRunId;
  const first =
    chain !== undefined && chain !== null && chain !== ''
      ? chain
      : await firstRunOf(client, workflowId, description.runId);
  if (first !== runId) return 'another deploy of the same id was started after it';
  return description.status.name === 'RUNNING' ? undefined : description.status.name.toLowerCase();
}

/** Servers that do not tell the first run in a description have it in the first event of the history. */
async function firstRunOf(client: Client, workflowId: string, runId: string): Promise<string> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  return history?.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? runId;
}

/**
 * For a lock that begins without a state: the deploy that holds the fleet, if one does, and the highest epoch that
 * any running deploy knows. A lock that was terminated by hand must not hand the fleet to a second deploy (I-29).
 */
export function findHolder(): LockActivities['findHolder'] {
  return async ({ fleet }) => {
    const { client } = Context.current();
    let epoch = 0;
    let holder: FoundHolder | undefined;
    const query = `WorkflowType = 'deploy' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId, runId: current } of client.workflow.list({ query })) {
      if (!/^(deploy|rollback|redeploy)\//.test(workflowId) || workflowId.split('/')[1] !== fleet) continue;
      const status = await client.workflow.getHandle(workflowId, current).query(statusQuery);
      if (status.epoch === undefined) continue;
      epoch = Math.max(epoch, status.epoch);
      const { runId, sha, tag } = status;
      if (status.phase !== 'ended' && (holder === undefined || status.epoch > holder.epoch))
        holder = { workflowId, runId, sha, tag, epoch: status.epoch };
    }
    return holder === undefined ? { epoch } : { epoch, holder };
  };
}
