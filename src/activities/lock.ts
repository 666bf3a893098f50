import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { statusQuery } from '../workflows/messages.ts';
import type { LockActivities } from './contract.ts';
import { notYet } from './failure.ts';
import type { Fleets } from './fleets.ts';

/** How often the lock looks whether its holder is still there. */
const WATCH_MS = 2_000;
/** A call may have begun this long after its deploy was terminated, until its worker heard of that. */
const GRACE_MS = 5_000;
const ANSWER_MS = 10_000;

/** Ends when the chain of runs that holds the fleet is closed, however that came about (I-29, I-30). */
export function watchHolder(fleets: Fleets): LockActivities['watchHolder'] {
  return async ({ fleet, workflowId, runId }) => {
    const { client, info } = Context.current();
    const closed = await closedHow(client, workflowId, runId);
    if (closed === undefined) throw notYet('HolderRuns', `${workflowId} holds the fleet`, WATCH_MS);
    const { how, last } = closed;
    if (last === undefined) return { how, busyMs: 0, closedAt: 0 };
    const { closedAt } = last;
    if (!(await mayBeOut(client, workflowId, last.runId))) return { how, busyMs: 0, closedAt };
    // Both times are the server's: a machine whose clock is ahead must not give the fleet away early.
    const over = closedAt + fleets.get(fleet).config.file.rollout.postTimeout + GRACE_MS;
    return { how, busyMs: Math.max(0, over - info.currentAttemptScheduledTimestampMs), closedAt };
  };
}

interface Closed {
  readonly how: string;
  /** Its last run, where Temporal still has it. */
  readonly last?: { readonly runId: string; readonly closedAt: number };
}

/** How the chain that began with `runId` ended; undefined while a run of it is open. */
async function closedHow(client: Client, workflowId: string, runId: string): Promise<Closed | undefined> {
  let description;
  try {
    description = await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { how: 'not known to Temporal any more' };
    throw error;
  }
  const chain = description.raw.workflowExecutionInfo?.firstRunId;
  const first =
    chain !== undefined && chain !== null && chain !== ''
      ? chain
      : await firstRunOf(client, workflowId, description.runId);
  const { status, closeTime, startTime } = description;
  // Its last run may be another than its first; a call of it was over, at the latest, so long after this one began.
  if (first !== runId)
    return {
      how: 'another deploy of the same id was started after it',
      last: { runId, closedAt: startTime.getTime() },
    };
  if (status.name === 'RUNNING') return undefined;
  const last = { runId: description.runId, closedAt: (closeTime ?? new Date()).getTime() };
  return { how: status.name.toLowerCase(), last };
}

/** Whether a closed run had a call out when it ended, as its own state says. Not knowing means that it may have. */
async function mayBeOut(client: Client, workflowId: string, runId: string): Promise<boolean> {
  try {
    const status = await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(workflowId, runId).query(statusQuery),
    );
    return status.inFlight !== null;
  } catch {
    return true;
  }
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
