import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

/**
 * Failures that activities show to people. Their type begins with `greenlane.`, which says that the message was
 * written by us and holds nothing raw (I-23); everything else is shown by kind only (src/workflows/failures.ts).
 */

/** The world said no: trying again would hear the same. */
export function refusal(kind: string, message: string, details: unknown[] = []): ApplicationFailure {
  return ApplicationFailure.create({ message, type: `greenlane.${kind}`, nonRetryable: true, details });
}

/** We could not tell: worth another try, after `afterMs` when given. */
export function unsure(
  kind: string,
  message: string,
  afterMs?: number,
  details: unknown[] = [],
): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: `greenlane.${kind}`,
    details,
    ...(afterMs === undefined ? {} : { nextRetryDelay: afterMs }),
  });
}

/** Not yet: polling by retry. Benign, so that neither logs nor metrics count it as an error. */
export function notYet(
  kind: string,
  message: string,
  afterMs: number,
  details: unknown[] = [],
): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: `greenlane.${kind}`,
    nextRetryDelay: afterMs,
    category: ApplicationFailureCategory.BENIGN,
    details,
  });
}
