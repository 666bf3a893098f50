import { setTimeout as pause } from 'node:timers/promises';
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  type Next,
  type WorkflowClientInterceptor,
  type WorkflowQueryInput,
  type WorkflowStartUpdateInput,
  type WorkflowStartUpdateOutput,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { AHEAD, OF_CLOSED_RUN } from '../workflows/ahead.ts';

const { QUERY_REJECT_CONDITION_NOT_OPEN: NOT_OPEN } = proto.temporal.api.enums.v1.QueryRejectCondition;
/** The task that waits may be for a worker that was killed: Temporal gives it to another one after ten seconds. */
const UNTIL_TAKEN_MS = 12_000;
/** A task that failed is tried again after ten seconds, and later the more often it failed. */
const UNTIL_DONE_MS = 30_000;
const AGAIN_MS = 250;
/** gRPC's status code. */
const FAILED_PRECONDITION = 9;

/**
 * Says again what a worker could not take at that moment.
 *
 * Asks again when a worker refused a question because it would have run ahead of the workflow's history
 * (src/workflows/ahead.ts). A run that is open has a task waiting then, which answers the question that comes with it; one that is
 * closed has none, and is asked with the word that it is: the worker may read it to its end.
 */
export class AskAgain implements WorkflowClientInterceptor {
  async query(input: WorkflowQueryInput, next: Next<WorkflowClientInterceptor, 'query'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      if (!isAhead(error)) throw error;
    }
    try {
      return await again(UNTIL_TAKEN_MS, isAhead, async () =>
        next({ ...input, queryRejectCondition: NOT_OPEN }),
      );
    } catch (error) {
      if (!(error instanceof QueryRejectedError)) throw error;
      const headers = { ...input.headers, [OF_CLOSED_RUN]: defaultPayloadConverter.toPayload(true) };
      return next({ ...input, headers });
    }
  }

  /** A command for a workflow whose task has just failed was not taken: it is given again until the next task is done. */
  async startUpdate(
    input: WorkflowStartUpdateInput,
    next: Next<WorkflowClientInterceptor, 'startUpdate'>,
  ): Promise<WorkflowStartUpdateOutput> {
    return again(UNTIL_DONE_MS, isNotTaken, async () => next(input));
  }
}

/** Says it again for so many ms, as long as it is not taken. @throws what it was refused with */
async function again<T>(
  forMs: number,
  isRefusal: (error: unknown) => boolean,
  say: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + forMs;
  for (;;) {
    try {
      return await say();
    } catch (error) {
      if (!isRefusal(error) || performance.now() > end) throw error;
    }
    await pause(AGAIN_MS);
  }
}

/** Whether Temporal gave a command back because the workflow's last task failed: nothing of it was done. */
export function isNotTaken(error: unknown): boolean {
  const said = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return (
    isGrpcServiceError(said) &&
    said.code === FAILED_PRECONDITION &&
    /task in failed state/i.test(said.details)
  );
}

function isAhead(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError && error.message.includes(AHEAD);
}
