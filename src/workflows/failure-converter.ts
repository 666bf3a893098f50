import { DefaultFailureConverter } from '@temporalio/common';

/**
 * How workflows write failures. One bundle serves workers with and without codec keys, so it is the worker that says
 * which it is (src/codec/index.ts). It makes no difference to a replay, which never compares what failures say.
 */
const { greenlaneEncodesFailures = false } = globalThis as { greenlaneEncodesFailures?: boolean };

export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: greenlaneEncodesFailures,
});
