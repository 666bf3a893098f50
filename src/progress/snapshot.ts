import type { TemporalAccess } from '../client/connect.ts';
import { isNoAnswer } from '../client/lane.ts';
import type { LockView } from '../rollout/lock/view.ts';
import type { Gate } from '../rollout/gates.ts';
import { lockId } from '../workflows/lock-id.ts';
import { lockQuery, statusQuery } from '../workflows/messages.ts';
import type { DeployStatus } from '../workflows/status.ts';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import { ApplicationFailure } from '@temporalio/common';

/** Everything that can be said of a running deploy at one moment. */
export interface Snapshot {
  readonly running: boolean;
  readonly status?: DeployStatus;
  /** Why the deploy cannot be asked: no worker answers. */
  readonly silent?: string;
  /** Gates as the last look found them, while it waits for them. */
  readonly gates?: readonly Gate[];
  /** An activity that is being tried again, and why. */
  readonly retrying?: { readonly activity: string; readonly attempt: number; readonly why: string };
  readonly lock?: LockView;
}

const QUERY_MS = 5_000;

/** Looks at a deploy once: Temporal's description, the deploy's own status, and the lock while it waits for it. */
export async function takeSnapshot(
  access: TemporalAccess,
  workflowId: string,
  fleet: string | undefined,
): Promise<Snapshot> {
  const handle = access.client.workflow.getHandle(workflowId);
  const description = await handle.describe();
  const running = description.status.name === 'RUNNING';
  const pending = description.raw.pendingActivities?.[0];
  const failure =
    pending?.lastFailure === undefined || pending.lastFailure === null
      ? undefined
      : await decodeOptionalFailureToOptionalError(
          access.client.options.loadedDataConverter,
          pending.lastFailure,
        );
  const more: { -readonly [K in keyof Snapshot]?: Snapshot[K] } = {};
  if (
    failure !== undefined &&
    pending?.activityType?.name === 'awaitGates' &&
    failure instanceof ApplicationFailure
  ) {
    const gates = failure.details?.[0];
    if (Array.isArray(gates)) more.gates = gates as Gate[];
    else more.retrying = { activity: 'awaitGates', attempt: pending.attempt ?? 1, why: failure.message };
  } else if (failure !== undefined && (pending?.attempt ?? 1) > 1) {
    more.retrying = {
      activity: pending?.activityType?.name ?? 'activity',
      attempt: pending?.attempt ?? 1,
      why: failure.message,
    };
  }
  if (!running) return { running, ...more };
  try {
    more.status = await access.client.withDeadline(Date.now() + QUERY_MS, () => handle.query(statusQuery));
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    more.silent = `no worker on the lane ${access.lane} answers; the deploy goes on when one does`;
  }
  const name = more.status?.fleet ?? fleet;
  if (more.status?.phase === 'queued' && name !== undefined) {
    const lock = await access.client
      .withDeadline(Date.now() + QUERY_MS, () =>
        access.client.workflow.getHandle(lockId(name)).query(lockQuery, 1_000),
      )
      .catch(() => undefined);
    if (lock !== undefined) more.lock = lock;
  }
  return { running, ...more };
}
