import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { Ended } from './ends.ts';

const converter = new DefaultFailureConverter();

/**
 * Why an activity failed, in one line. Activities put nothing raw into their failures (src/activities/failure.ts),
 * so the message may be shown; what is not ours is named by kind only.
 */
export function reasonOf(error: unknown, otherwise = 'no reason is known'): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.type?.startsWith('greenlane.') === true)
    return cause.message;
  if (cause instanceof TimeoutFailure) {
    const said = saidBefore(cause);
    return said === undefined ? otherwise : reasonOf(said, otherwise);
  }
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  if (cause instanceof ApplicationFailure)
    return `unexpected ${cause.type ?? 'error'} in an activity; see the worker's log`;
  return otherwise;
}

/** What the attempt before the timeout failed with; the SDK leaves that in the failure as it came from the server. */
function saidBefore({ failure }: TimeoutFailure): Error | undefined {
  const said = failure?.cause;
  return said === undefined || said === null
    ? undefined
    : converter.failureToError(said, defaultPayloadConverter);
}

/** An activity whose failure is an answer: the deploy failed, and says why. */
export async function activity<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    throw new Ended('failed', reasonOf(error));
  }
}

/** Whether the world said no, rather than nothing until the time was over. */
export function wasRefused(error: ActivityFailure): boolean {
  return error.cause instanceof ApplicationFailure && error.cause.nonRetryable === true;
}

/** Type of the failure an activity ended with; undefined when it was none of ours. */
function kindOf(error: ActivityFailure): string | undefined {
  return error.cause instanceof ApplicationFailure ? (error.cause.type ?? undefined) : undefined;
}

/** Whether a wave that failed may have sent a call, as it says itself; not saying means that it may. */
export function maySent(error: ActivityFailure): boolean {
  const said: unknown = error.cause instanceof ApplicationFailure ? error.cause.details?.[0] : undefined;
  return !(typeof said === 'object' && said !== null && 'sent' in said && said.sent === false);
}

/** Whether a wave stopped because the lock or the kill switch could not be read: nobody can tell whether it may go on. */
export function cannotTell(error: ActivityFailure): boolean {
  return ['greenlane.KillSwitchUnreadable', 'greenlane.LockUnreadable'].includes(kindOf(error) ?? '');
}
