import type { LockView } from '../rollout/lock/view.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';
import type { TemporalAccess } from './connect.ts';

/** A deploy that runs and has not asked for the fleet yet: it waits for gates or approval, or is halted there. */
export interface EarlyDeploy {
  readonly workflowId: string;
  readonly startedAt: number;
  /** Absent where the namespace has no search attributes. */
  readonly phase?: string;
}

const EARLY_ROWS = 20;
const LIST_MS = 5_000;

/** Deploys of a fleet that run, newest first, at most `most`, as Temporal lists them: it may be a second behind. */
export async function runningDeploys(
  access: TemporalAccess,
  fleet: string,
  most = 100,
): Promise<EarlyDeploy[]> {
  const ids = ['deploy', 'redeploy', 'rollback'].map((kind) => `WorkflowId STARTS_WITH '${kind}/${fleet}/'`);
  const query = `ExecutionStatus = 'Running' AND (${ids.join(' OR ')})`;
  return access.client.withDeadline(Date.now() + LIST_MS, async () => {
    const found: EarlyDeploy[] = [];
    for await (const execution of access.client.workflow.list({ query, pageSize: Math.min(most, 1_000) })) {
      const phase = execution.typedSearchAttributes.get(searchAttributes.phase);
      found.push({
        workflowId: execution.workflowId,
        startedAt: execution.startTime.getTime(),
        ...(phase === undefined ? {} : { phase }),
      });
      if (found.length >= most) break;
    }
    return found;
  });
}

/** Those of the running deploys that the lock knows nothing of, at most 20. */
export function earlyOnes(running: readonly EarlyDeploy[], lock: LockView): EarlyDeploy[] {
  const known = new Set([lock.holder?.workflowId, ...lock.queue.map((entry) => entry.workflowId)]);
  return running.filter(({ workflowId }) => !known.has(workflowId)).slice(0, EARLY_ROWS);
}
