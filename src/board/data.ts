import { isGrpcServiceError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { TemporalAccess } from '../client/connect.ts';
import { askLock } from '../client/lane.ts';
import { NoWorkerError } from '../errors.ts';
import { takeSnapshot, type Snapshot } from '../progress/snapshot.ts';
import type { LockView } from '../rollout/lock/view.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';

/** A deploy that runs and has not asked for the fleet yet: it waits for gates or approval, or is halted there. */
export interface EarlyDeploy {
  readonly workflowId: string;
  readonly startedAt: number;
  /** Absent where the namespace has no search attributes. */
  readonly phase?: string;
}

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
const EARLY_ROWS = 20;
const MOST_RUNNING = 100;
const LIST_MS = 5_000;

/** Reads everything the board shows; changes nothing and starts nothing. @throws what `whyNoData` puts in words. */
export async function readBoard(access: TemporalAccess, fleet: string, now: number): Promise<BoardData> {
  // First what Temporal answers by itself: a question that only a worker answers cannot tell who is missing.
  const running = await runningDeploys(access, fleet);
  const lock = await askLock(access, fleet, QUEUE_ROWS);
  const known = new Set([lock.holder?.workflowId, ...lock.queue.map((entry) => entry.workflowId)]);
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
    early: running.filter((deploy) => !known.has(deploy.workflowId)).slice(0, EARLY_ROWS),
    ...(holder === undefined ? {} : { holder }),
  };
}

async function runningDeploys(access: TemporalAccess, fleet: string): Promise<EarlyDeploy[]> {
  const ids = ['deploy', 'redeploy', 'rollback'].map((kind) => `WorkflowId STARTS_WITH '${kind}/${fleet}/'`);
  const query = `ExecutionStatus = 'Running' AND (${ids.join(' OR ')})`;
  return access.client.withDeadline(Date.now() + LIST_MS, async () => {
    const found: EarlyDeploy[] = [];
    for await (const execution of access.client.workflow.list({ query, pageSize: MOST_RUNNING })) {
      const phase = execution.typedSearchAttributes.get(searchAttributes.phase);
      found.push({
        workflowId: execution.workflowId,
        startedAt: execution.startTime.getTime(),
        ...(phase === undefined ? {} : { phase }),
      });
      if (found.length >= MOST_RUNNING) break;
    }
    return found;
  });
}

/** Why the board has no news, in one line; nothing raw in it. */
export function whyNoData(error: unknown, access: Pick<TemporalAccess, 'address' | 'lane'>): string {
  if (error instanceof NoWorkerError)
    return `No worker on the lane ${access.lane} answers. Deploys go on when one does: greenlane worker`;
  if (isGrpcServiceError(error) || (error instanceof Error && isGrpcServiceError(error.cause)))
    return `Temporal does not answer at ${access.address}. Deploys are kept there and go on when it is back`;
  return `The state of the fleet cannot be read (${error instanceof Error ? error.name : 'unknown error'})`;
}
