import { WorkflowNotFoundError } from '@temporalio/common';
import { NoWorkerError } from '../errors.ts';
import { emptyLock } from '../rollout/lock/state.ts';
import { viewOf, type LockView } from '../rollout/lock/view.ts';
import { lockId } from '../workflows/lock-id.ts';
import { lockOptions } from '../workflows/lock-options.ts';
import { lockQuery } from '../workflows/messages.ts';
import { knowsSearchAttributes, type TemporalAccess } from './connect.ts';

/**
 * A worker that is alive answers a query far sooner; the promise to people is 15 s (I-21). The first look may have
 * gone to the queue of a worker that was killed seconds ago, which Temporal gives up after ten: the second one goes
 * to whoever polls now.
 */
const FIRST_LOOK_MS = 3_000;
const SECOND_LOOK_MS = 8_000;
const STARTING_MS = 3_000;

/**
 * Makes sure that somebody works on the lane, by asking the fleet's lock something only a worker can answer: a list
 * of pollers still names one that was killed minutes ago.
 * @throws NoWorkerError within 15 s; nothing was started then but the lock, which waits.
 */
export async function probeLane(
  access: TemporalAccess,
  fleet: string,
): Promise<{ lock: LockView; searchAttributes: boolean }> {
  const known = await knowsSearchAttributes(access);
  await access.client.workflow.start('fleetLock', lockOptions(fleet, access.lane, known));
  return { lock: await askLock(access, fleet), searchAttributes: known };
}

/**
 * The lock as it stands; one that has just begun is given a moment to learn what the one before it knew. A fleet that
 * has had no deploy yet has no lock: nobody holds it and nobody waits.
 * @throws NoWorkerError when nobody answers for it.
 */
export async function askLock(access: TemporalAccess, fleet: string, limit = 1_000): Promise<LockView> {
  const until = Date.now() + STARTING_MS;
  for (;;) {
    const view = await lookAtLock(access, fleet, limit);
    if (view.starting !== true || Date.now() > until) return view;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function lookAtLock(access: TemporalAccess, fleet: string, limit: number): Promise<LockView> {
  const look = async (ms: number): Promise<LockView> =>
    access.client
      .withDeadline(Date.now() + ms, () =>
        access.client.workflow.getHandle(lockId(fleet)).query(lockQuery, limit),
      )
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return viewOf(emptyLock(fleet), Date.now());
        throw error;
      });
  try {
    return await look(FIRST_LOOK_MS);
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
  }
  try {
    await forgetWorker(access, lockId(fleet));
    return await look(SECOND_LOOK_MS);
  } catch (error) {
    if (isNoAnswer(error))
      throw new NoWorkerError(
        access.lane,
        `Start one with \`greenlane worker\` where the secrets are (task queue ${access.lane}, namespace ${access.namespace}, ${access.address}). Nothing was started.`,
      );
    throw error;
  }
}

/** Lets Temporal forget which worker has a workflow in its memory; the next one that polls reads its history. */
export async function forgetWorker(access: TemporalAccess, workflowId: string): Promise<void> {
  const { namespace, client } = access;
  await client.withDeadline(Date.now() + FIRST_LOOK_MS, () =>
    client.workflowService.resetStickyTaskQueue({ namespace, execution: { workflowId } }),
  );
}

/** Whether an error says that nobody answered, rather than what somebody answered. */
export function isNoAnswer(error: unknown): boolean {
  const text =
    error instanceof Error
      ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`
      : '';
  return /deadline|DEADLINE_EXCEEDED|no poller|context deadline|CANCELLED|timed out/i.test(text);
}
