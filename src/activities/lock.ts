import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import type { LockActivities } from './contract.ts';
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
