import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import protocol from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../src/workflows/failures.ts';

const { Failure } = protocol.temporal.api.failure.v1;
const SAID = 'nothing was touched, because the forge could not be read (status 502)';
const TIMED_OUT = { message: 'activity ScheduleToClose timeout', timeoutFailureInfo: { timeoutType: 2 } };
const plain = new DefaultFailureConverter();
const encoded = new DefaultFailureConverter({ encodeCommonAttributes: true });

/** What a workflow is given for a history's failure of an activity: the last attempt's own, within the timeout. */
function failedBy(last?: object): unknown {
  const activityFailureInfo = { activityType: { name: 'preflight' } };
  const cause = { ...TIMED_OUT, ...(last === undefined ? {} : { cause: last }) };
  const failure = Failure.fromObject({ message: 'Activity task timed out', activityFailureInfo, cause });
  return plain.failureToError(failure, defaultPayloadConverter);
}

describe('why an activity failed', () => {
  it('is what its last attempt said, where the time was over during the next one', () => {
    const last = { message: SAID, applicationFailureInfo: { type: 'greenlane.ForgeUnreadable' } };
    expect(reasonOf(failedBy(last))).toBe(SAID);
    const error = plain.failureToError(Failure.fromObject(last), defaultPayloadConverter);
    expect(reasonOf(failedBy(encoded.errorToFailure(error, defaultPayloadConverter)))).toBe(SAID);
  });

  it('is not known, or what the caller knows, where no attempt said anything', () => {
    expect(reasonOf(failedBy())).toBe('no reason is known');
    expect(reasonOf(failedBy(), 'not green within 1h')).toBe('not green within 1h');
    expect(reasonOf(failedBy(TIMED_OUT))).toBe('no reason is known');
  });
});
