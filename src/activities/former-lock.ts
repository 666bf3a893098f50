import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import type { CarriedLock } from '../rollout/lock/carry.ts';
import type { FoundHolder } from '../rollout/lock/adoption.ts';
import { lockId } from '../workflows/lock-id.ts';
import { carryQuery, statusQuery } from '../workflows/messages.ts';
import type { DeployResult } from '../workflows/status.ts';
import type { FormerLock, LockActivities } from './contract.ts';
import { unsure } from './failure.ts';

/** A former lock that cannot be read this often is lost: by then its server and its worker are up again. */
const MOST_ATTEMPTS = 8;
/** Visibility may lag: until this attempt a lock that is not listed itself waits for it. */
const LISTED_BY = 5;
const CLOSED_DEPLOYS = 50;
const ANSWER_MS = 20_000;

/**
 * For a lock that begins without a state: what the one before it knew, read from its last run, which Temporal keeps
 * although it was terminated. A lock that was terminated by hand must neither hand the fleet to a second deploy nor
 * forget a pin (I-27, I-29). Only where there is none to read are the deploys themselves asked.
 */
export function findFormer(): LockActivities['findFormer'] {
  return async ({ fleet }) => {
    const { client, info } = Context.current();
    const own = info.workflowExecution?.runId;
    let runs: string[];
    try {
      runs = await runsOf(client, lockId(fleet));
    } catch (error) {
      if (info.attempt < MOST_ATTEMPTS)
        throw unsure('LocksUnlisted', `the runs of the fleet lock cannot be listed (${kindOf(error)})`);
      return { ...(await askDeploys(client, fleet)), lost: true };
    }
    if (own !== undefined && !runs.includes(own) && info.attempt < LISTED_BY)
      throw unsure('LockUnlisted', 'this lock is not listed yet, so one before it may not be either', 500);
    try {
      for (const former of runs.filter((run) => run !== own)) {
        const state = await stateOf(client, lockId(fleet), former);
        // One that ended before it had begun knew nothing either.
        if (state !== null) return { former: state, epoch: state.epoch };
      }
      return await askDeploys(client, fleet);
    } catch (error) {
      if (info.attempt < MOST_ATTEMPTS)
        throw unsure('FormerLock', `the lock before this one cannot be read (${kindOf(error)})`);
      return { ...(await askDeploys(client, fleet)), lost: true };
    }
  };
}

/** The state a run of the lock ended with; null when it ended before it had one. */
async function stateOf(client: Client, id: string, runId: string): Promise<CarriedLock | null> {
  const handle = client.workflow.getHandle(id, runId);
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, () => handle.query(carryQuery));
  } catch (error) {
    // Temporal asks nothing of a workflow that was ended before its first task was done.
    const { events = [] } = await handle.fetchHistory();
    if (!events?.some((event) => event.workflowTaskCompletedEventAttributes)) return null;
    throw error;
  }
}

/** Runs of the lock, newest first. */
async function runsOf(client: Client, id: string): Promise<string[]> {
  const runs: { runId: string; at: number }[] = [];
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = '${id}'` })) {
    runs.push({ runId, at: startTime.getTime() });
    if (runs.length >= 50) break;
  }
  return runs.sort((a, b) => b.at - a.at).map(({ runId }) => runId);
}

/** The deploy that holds the fleet, if one says so, and the highest epoch any deploy knows, the ended ones too. */
async function askDeploys(client: Client, fleet: string): Promise<FormerLock> {
  const running: { workflowId: string; runId: string }[] = [];
  const ended: { workflowId: string; runId: string }[] = [];
  const deploys = `WorkflowType = 'deploy' AND ExecutionStatus`;
  for await (const { workflowId, runId } of client.workflow.list({ query: `${deploys} = 'Running'` }))
    if (isOf(fleet, workflowId)) running.push({ workflowId, runId });
  for await (const { workflowId, runId } of client.workflow.list({ query: `${deploys} = 'Completed'` })) {
    if (isOf(fleet, workflowId)) ended.push({ workflowId, runId });
    if (ended.length >= CLOSED_DEPLOYS) break;
  }
  const ask = { concurrency: 16 };
  const statuses = await pMap(
    running,
    ({ workflowId, runId }) => client.workflow.getHandle(workflowId, runId).query(statusQuery),
    ask,
  );
  const epochs = await pMap(
    ended,
    async ({ workflowId, runId }) => {
      const result = (await client.workflow.getHandle(workflowId, runId).result()) as DeployResult;
      return result.epoch ?? 0;
    },
    ask,
  );
  let holder: FoundHolder | undefined;
  for (const { workflowId, runId, sha, tag, kind, phase, epoch } of statuses) {
    epochs.push(epoch ?? 0);
    if (epoch === undefined || phase === 'ended') continue;
    if (holder === undefined || epoch > holder.epoch) holder = { workflowId, runId, sha, tag, kind, epoch };
  }
  return { epoch: Math.max(0, ...epochs), ...(holder === undefined ? {} : { holder }) };
}

function isOf(fleet: string, workflowId: string): boolean {
  const [kind, name] = workflowId.split('/');
  return (kind === 'deploy' || kind === 'rollback' || kind === 'redeploy') && name === fleet;
}

function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
