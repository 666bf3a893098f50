import { TypedSearchAttributes } from '@temporalio/common';
import { lockId } from './lock-id.ts';
import { searchAttributes as keys } from './search-attributes.ts';

/** How the lock of a fleet is started, from wherever: one for ever, the running one is used. */
export function lockOptions(fleet: string, taskQueue: string, searchAttributes: boolean) {
  return {
    workflowId: lockId(fleet),
    taskQueue,
    args: [{ fleet }] as [{ fleet: string }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    staticSummary: `Fleet lock of ${fleet}`,
    staticDetails:
      'Grants the fleet to one deploy at a time, in order. Runs for ever; do not terminate it (runbooks/stuck-queue.md).',
    ...(searchAttributes
      ? { typedSearchAttributes: new TypedSearchAttributes([{ key: keys.fleet, value: fleet }]) }
      : {}),
  };
}
