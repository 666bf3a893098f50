import proto from '@temporalio/proto';
import { statusQuery } from '../workflows/messages.ts';
import type { DeployStatus } from '../workflows/status.ts';
import type { TemporalAccess } from './connect.ts';

/** A deploy that is over and left no result: somebody or something ended it past its own code. */
export interface Lost {
  /** What it ended as, in Temporal's words: `terminated`, `timed_out`, `failed`. */
  readonly as: string;
  /** What happened and what to do now, for people. */
  readonly text: string;
  /** Its own state when it ended, as far as a worker could still tell. */
  readonly status?: DeployStatus;
}

const ANSWER_MS = 5_000;

/** Says what is known of a deploy that ended without an outcome, and the way on from there. */
export async function lostDeploy(access: TemporalAccess, workflowId: string): Promise<Lost> {
  const { status, runId } = await access.client.workflow.getHandle(workflowId).describe();
  const as = status.name.toLowerCase();
  const seen = await lastSeen(access, workflowId, runId);
  const by = await endedBy(access, workflowId, runId);
  const text = [
    `${workflowId} was ended past itself (${as.replaceAll('_', ' ')}${by === undefined ? '' : ` ${by}`}) and has no outcome.`,
    'The lock gives its fleet to the next deploy by itself.',
    whereIsWhat(seen),
    seen === undefined || seen.sha === ''
      ? 'Next: greenlane status; then deploy again, or greenlane rollback --to TAG --reason R.'
      : `Next: greenlane deploy --sha ${seen.sha} calls only who is not on it; greenlane rollback --to TAG --reason R goes back.`,
  ].join(' ');
  return { as, text, ...(seen === undefined ? {} : { status: seen }) };
}

/** A worker can still read the history of a run that is closed. */
async function lastSeen(
  access: TemporalAccess,
  workflowId: string,
  runId: string,
): Promise<DeployStatus | undefined> {
  try {
    return await access.client.withDeadline(Date.now() + ANSWER_MS, () =>
      access.client.workflow.getHandle(workflowId, runId).query(statusQuery),
    );
  } catch {
    return undefined;
  }
}

function whereIsWhat(status: DeployStatus | undefined): string {
  if (status === undefined) return 'What its tenants run is not known from it.';
  const { tenants, tag, epoch } = status;
  if (epoch === undefined) return 'It had not had the fleet, so it touched no tenant.';
  return `When it ended, ${tenants.onRelease.count} of ${tenants.total} tenants were proven on ${tag}, and of ${tenants.unknown.count} it was not known what they run.`;
}

/** Who terminated it and why, from the event that closed it. */
async function endedBy(
  access: TemporalAccess,
  workflowId: string,
  runId: string,
): Promise<string | undefined> {
  const { history } = await access.client.workflowService.getWorkflowExecutionHistory({
    namespace: access.namespace,
    execution: { workflowId, runId },
    historyEventFilterType:
      proto.temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
  });
  const event = history?.events?.at(-1)?.workflowExecutionTerminatedEventAttributes;
  if (event === undefined || event === null) return undefined;
  const { identity, reason } = event;
  return `by ${identity === undefined || identity === null || identity === '' ? 'somebody' : identity}${reason === undefined || reason === null || reason === '' ? '' : `: ${reason}`}`;
}
