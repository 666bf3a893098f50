import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { CompleteAsyncError } from '@temporalio/activity';
import { ConfigurationError } from '../errors.ts';
import { oneLine } from '../safety/neutralise.ts';
import type { Secrets } from '../safety/secrets.ts';

/**
 * The last door before Temporal's history: nothing raw and no secret goes through in a failure (I-23). What is not
 * one of our own failures becomes one that names the kind of error; its text goes to the worker's log, scrubbed.
 */
export class HonestFailures implements ActivityInboundCallsInterceptor {
  readonly #secrets: Secrets;
  readonly #log: Logger;

  constructor(secrets: Secrets, log: Logger) {
    this.#secrets = secrets;
    this.#log = log;
  }

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw this.#clean(error);
    }
  }

  #clean(error: unknown): unknown {
    if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) return error;
    if (error instanceof ApplicationFailure && error.type?.startsWith('greenlane.') === true) {
      const { type, nonRetryable, details, nextRetryDelay, category } = error;
      const message = this.#secrets.scrub(oneLine(error.message, 1_000));
      const clean =
        details === undefined || details === null
          ? []
          : (JSON.parse(this.#secrets.scrub(JSON.stringify(details))) as unknown[]);
      return ApplicationFailure.create({
        message,
        type: type,
        nonRetryable: nonRetryable === true,
        details: clean,
        ...(nextRetryDelay === undefined || nextRetryDelay === null ? {} : { nextRetryDelay }),
        ...(category === undefined || category === null ? {} : { category }),
      });
    }
    if (error instanceof ConfigurationError)
      return ApplicationFailure.create({
        message: this.#secrets.scrub(error.message),
        type: 'greenlane.Configuration',
        nonRetryable: true,
      });
    const name = error instanceof Error ? error.name : typeof error;
    this.#log.error(
      {
        err:
          error instanceof Error
            ? {
                name,
                message: this.#secrets.scrub(error.message),
                stack: this.#secrets.scrub(error.stack ?? ''),
              }
            : name,
      },
      'an activity failed unexpectedly',
    );
    if (error instanceof TemporalFailure)
      return ApplicationFailure.create({ message: `unexpected ${name}`, type: name });
    return ApplicationFailure.create({
      message: `unexpected ${name}; its text is in the worker's log`,
      type: name,
    });
  }
}
