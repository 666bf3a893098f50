import { Context } from '@temporalio/activity';
import type { DeployResult } from '../workflows/status.ts';
import type { Activities } from './contract.ts';
import { refusal } from './failure.ts';

/** What a closed deploy touched, from its result. One that ended without a result left no record to undo by. */
export function touchedBy(): Activities['touchedBy'] {
  return async ({ workflowId, runId }) => {
    const handle = Context.current().client.workflow.getHandle(workflowId, runId);
    let result: DeployResult;
    // Its result would be waited for as long as it runs.
    const { status } = await handle.describe();
    if (status.name === 'RUNNING')
      throw refusal('StillRuns', `${workflowId} still runs: greenlane rollback turns it back itself`);
    try {
      result = (await handle.result()) as DeployResult;
    } catch {
      throw refusal(
        'NoRecord',
        `${workflowId} ended without a result, so nobody knows what its tenants ran before; use greenlane rollback --to TAG`,
      );
    }
    const { fleet, sha, tag, former, extent, canary } = result;
    return { fleet, sha, tag, former, extent, ...(canary === undefined ? {} : { canary }) };
  };
}
