import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  holdMessages,
  releaseMessage,
  requestMessage,
  turnedBackMessage,
  turnMessage,
  withdrawMessage,
} from '../../../src/rollout/lock/messages.ts';
import { entry } from './entries.ts';

const { requestedAt: _, ...asked } = entry(1);

describe('Messages to the lock', () => {
  it('are refused without a throw, whatever somebody typed', () => {
    const schemas = [
      requestMessage,
      withdrawMessage,
      releaseMessage,
      turnedBackMessage,
      turnMessage,
      ...Object.values(holdMessages),
    ];
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (nonsense) => {
        for (const schema of schemas) schema.safeParse(nonsense);
      }),
    );
    for (const schema of schemas)
      for (const nonsense of [undefined, null, '', 'halt', 7, [], { unreadable: 'payload' }])
        expect(schema.safeParse(nonsense).success).toBe(false);
  });

  it('cut words to what a full queue can hold', () => {
    const parsed = requestMessage.parse({
      ...asked,
      actor: 'a'.repeat(900),
      reason: 'r\n'.repeat(900),
      closures: [],
    });
    expect(parsed.actor).toHaveLength(100);
    expect(parsed.reason).toHaveLength(100);
    expect(parsed.reason).not.toContain('\n');
  });

  it('take a time as people type it', () => {
    const typed = { reason: 'sale', until: '2026-11-27T18:00:00+01:00' };
    expect(holdMessages.freeze.parse(typed)).toEqual({
      reason: 'sale',
      actor: 'somebody',
      until: Date.UTC(2026, 10, 27, 17),
    });
    expect(holdMessages.freeze.safeParse({ reason: 'sale', until: 'tomorrow' }).success).toBe(false);
  });

  it('refuse a pin on what is no tag, and a hold without a reason', () => {
    expect(holdMessages.pin.safeParse({ tag: 'a b', reason: 'r' }).success).toBe(false);
    expect(holdMessages.pin.safeParse({ tag: 'staging-1', reason: ' ' }).success).toBe(false);
  });

  it('refuse an epoch that nothing could follow', () => {
    const release = { workflowId: 'w', runId: 'r', outcome: 'deployed', reason: '' };
    expect(releaseMessage.safeParse({ ...release, epoch: 41 }).success).toBe(true);
    expect(releaseMessage.safeParse({ ...release, epoch: Number.MAX_SAFE_INTEGER }).success).toBe(false);
  });
});
