import { NoWorkerError } from '../errors.ts';
import type { LockView } from '../rollout/lock/view.ts';
import { lockId } from '../workflows/lock-id.ts';
import { lockOptions } from '../workflows/lock-options.ts';
import { lockQuery } from '../workflows/messages.ts';
import { knowsSearchAttributes, type TemporalAccess } from './connect.ts';

/** A worker that is alive answers a query far sooner; the promise to people is 15 s (I-21). */
const ANSWER_MS = 10_000;

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

/** The lock as it stands. @throws NoWorkerError when nobody answers for it. */
export async function askLock(access: TemporalAccess, fleet: string, limit = 1_000): Promise<LockView> {
  try {
    return await access.client.withDeadline(Date.now() + ANSWER_MS, () =>
      access.client.workflow.getHandle(lockId(fleet)).query(lockQuery, limit),
    );
  } catch (error) {
    if (isNoAnswer(error))
      throw new NoWorkerError(
        access.lane,
        `Start one with \`greenlane worker\` where the secrets are (task queue ${access.lane}, namespace ${access.namespace}, ${access.address}). Nothing was started.`,
      );
    throw error;
  }
}

/** Whether an error says that nobody answered, rather than what somebody answered. */
export function isNoAnswer(error: unknown): boolean {
  const text =
    error instanceof Error
      ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`
      : '';
  return /deadline|DEADLINE_EXCEEDED|no poller|context deadline|CANCELLED|timed out/i.test(text);
}
