import { isGrpcServiceError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { TemporalAccess } from '../client/connect.ts';
import { earlyOnes, runningDeploys, type EarlyDeploy } from '../client/early.ts';
import { askLock } from '../client/lane.ts';
import { NoWorkerError } from '../errors.ts';
import { takeSnapshot, type Snapshot } from '../progress/snapshot.ts';
import type { LockView } from '../rollout/lock/view.ts';

/** What the board shows of a fleet at one moment. */
export interface BoardData {
  /** When it was read, ms since the epoch. */
  readonly at: number;
  readonly lock: LockView;
  /** The deploy that holds the fleet; its status is missing when it cannot be asked. */
  readonly holder?: Snapshot;
  readonly early: readonly EarlyDeploy[];
}

const QUEUE_ROWS = 50;

/** Reads everything the board shows; changes nothing and starts nothing. @throws what `whyNoData` puts in words. */
export async function readBoard(access: TemporalAccess, fleet: string, now: number): Promise<BoardData> {
  // First what Temporal answers by itself: a question that only a worker answers cannot tell who is missing.
  const running = await runningDeploys(access, fleet);
  const lock = await askLock(access, fleet, QUEUE_ROWS);
  const holder =
    lock.holder === undefined
      ? undefined
      : await takeSnapshot(access, lock.holder.workflowId, fleet).catch((error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        });
  return {
    at: now,
    lock,
    early: earlyOnes(running, lock),
    ...(holder === undefined ? {} : { holder }),
  };
}

/** Why the board has no news, in one line; nothing raw in it. */
export function whyNoData(error: unknown, access: Pick<TemporalAccess, 'address' | 'lane'>): string {
  if (error instanceof NoWorkerError)
    return `No worker on the lane ${access.lane} answers. Deploys go on when one does: greenlane worker`;
  if (isGrpcServiceError(error) || (error instanceof Error && isGrpcServiceError(error.cause)))
    return `Temporal does not answer at ${access.address}. Deploys are kept there and go on when it is back`;
  return `The state of the fleet cannot be read (${error instanceof Error ? error.name : 'unknown error'})`;
}
