import { DefaultPayloadConverter, type Payload } from '@temporalio/common';

/** What a workflow sees in place of a payload that nobody can read; no message's schema accepts it. */
export const UNREADABLE = { unreadable: 'payload' } as const;

/**
 * How workflows read payloads. Anybody can send a signal whose payload is no JSON; the default converter throws, and
 * the workflow task would fail and be tried again for ever: one slip of the hand would stop a fleet. Here it arrives
 * as something no schema accepts, and is recorded like every other nonsense.
 */
class TolerantPayloadConverter extends DefaultPayloadConverter {
  override fromPayload<T>(payload: Payload): T {
    try {
      return super.fromPayload<T>(payload);
    } catch {
      return UNREADABLE as T;
    }
  }
}

export const payloadConverter = new TolerantPayloadConverter();
