import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { lockId } from '../workflows/lock-id.ts';
import { lockOptions } from '../workflows/lock-options.ts';
import { holderQuery, type HolderView } from '../workflows/messages.ts';
import { unsure } from './failure.ts';

const ANSWER_MS = 10_000;
const AGAIN_MS = 1_000;

/**
 * Whether the fleet is still this deploy's own, asked of the lock right before a call: a deploy that was reset in
 * Temporal, or that another one was granted after, must not send (I-30). Undefined when it is; else why not.
 * @throws ApplicationFailure `LockUnreadable`, retryable: not knowing is not holding. `sent`: whether the wave may
 * have sent a call before.
 */
export async function fence(
  deploy: { readonly fleet: string; readonly runId: string; readonly epoch: number },
  sent: boolean,
): Promise<string | undefined> {
  const { workflowExecution } = Context.current().info;
  const view = await holderOf(deploy.fleet, sent);
  if (view.starting) throw unknown('it has just begun', sent);
  const { holder, epoch } = view;
  if (holder?.workflowId === workflowExecution?.workflowId && holder?.runId === deploy.runId)
    return undefined;
  const now = holder === undefined ? 'nobody holds it' : `${holder.tag} holds it, epoch ${holder.epoch}`;
  return `the fleet is not this deploy's any more (it acted under epoch ${deploy.epoch}, the lock is at ${epoch}: ${now}); nothing more was sent`;
}

async function holderOf(fleet: string, sent: boolean): Promise<HolderView> {
  const { client, info } = Context.current();
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(lockId(fleet)).query(holderQuery),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw unknown('it did not answer', sent);
    // A new one finds this deploy holding the fleet, and says so at the next try.
    await client.workflow
      .start('fleetLock', lockOptions(fleet, info.taskQueue, false))
      .catch(() => undefined);
    throw unknown('there was none, and one was started', sent);
  }
}

function unknown(why: string, sent: boolean) {
  return unsure(
    'LockUnreadable',
    `the fleet lock could not be asked whether the fleet is still this deploy's (${why}), so nothing more was sent`,
    AGAIN_MS,
    [{ sent }],
  );
}

const known = new Map<string, boolean>();
const MOST_KNOWN = 10_000;

/**
 * Whether the run this activity belongs to came about by a reset in Temporal: then the run before it may have sent
 * what this one is about to, and its tenants are asked first (I-31).
 */
export async function wasReset(): Promise<boolean> {
  const { client, info } = Context.current();
  const execution = info.workflowExecution;
  if (execution === undefined) return false;
  const seen = known.get(execution.runId);
  if (seen !== undefined) return seen;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const original = started?.originalExecutionRunId ?? '';
  const reset = original !== '' && original !== execution.runId;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(execution.runId, reset);
  return reset;
}
