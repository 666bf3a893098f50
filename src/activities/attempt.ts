import { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { unsure } from './failure.ts';

/** An attempt that begins this long after it was scheduled may have been given up since. */
const LATE_MS = 3_000;
const ANSWER_MS = 10_000;
/** What they change is seen by others; a wave looks itself, right before it sends (pulse.ts). */
const WRITES = new Set(['movePointer', 'postStatus', 'notify']);

/**
 * Whether this attempt begins long after it was scheduled: the worker was busy, or frozen between taking its task and
 * now. The two times are of two clocks, and this machine's may be behind by as much as the worker stood still, so
 * being early is as suspicious.
 */
export function beganLate(): boolean {
  const { currentAttemptScheduledTimestampMs } = Context.current().info;
  return Math.abs(Date.now() - currentAttemptScheduledTimestampMs) > LATE_MS;
}

/**
 * Asks Temporal whether this attempt is the one that counts. A worker that was frozen cannot know by itself: the
 * answers to its heartbeats come after it has gone on.
 * @throws ApplicationFailure `LateWorker`, retryable, when another attempt does, or nobody can tell.
 */
export async function confirmAttempt(): Promise<void> {
  const { client, info } = Context.current();
  const { workflowId, runId } = info.workflowExecution ?? { workflowId: '' };
  let pending;
  try {
    const { raw } = await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(workflowId, runId).describe(),
    );
    pending = raw.pendingActivities?.find(({ activityId }) => activityId === info.activityId);
  } catch {
    throw unsure('LateWorker', 'this attempt began late, and Temporal did not say whether it still counts');
  }
  if (pending?.attempt !== info.attempt)
    throw unsure('LateWorker', 'this attempt began after Temporal had given it up; it did nothing');
}

/** Keeps a worker that wakes late from telling others what was true before it slept. */
export class CurrentAttempt implements ActivityInboundCallsInterceptor {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    if (WRITES.has(Context.current().info.activityType) && beganLate()) await confirmAttempt();
    return next(input);
  }
}
