import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deployRequest } from '../../src/activities/request-schema.ts';
import { expectation, firstProblem } from '../../src/rollout/expectation.ts';
import { Message } from '../../src/rollout/message.ts';
import { holdMessages, requestMessage } from '../../src/rollout/lock/messages.ts';
import { reason } from '../../src/rollout/words.ts';

const problemOf = (schema: z.ZodType | Message, value: unknown): string => {
  const { error } =
    schema instanceof Message ? schema.safeParse(value) : schema.safeParse(value, { error: expectation });
  return error === undefined ? 'fine' : firstProblem(error, 'payload');
};

describe('What was expected', () => {
  it.each<[z.ZodType | Message, unknown, string]>([
    [holdMessages.pin, undefined, 'payload: missing; expected keys with values'],
    [holdMessages.pin, 'x', 'payload: expected keys with values'],
    [holdMessages.pin, { reason: 'r' }, 'tag: missing; expected a text'],
    [holdMessages.pin, { tag: 'a b', reason: 'r' }, 'tag: expected an image tag'],
    [holdMessages.unpin, { reason: ' ' }, 'reason: expected a reason'],
    [
      holdMessages.freeze,
      { reason: 'r', until: 'tomorrow' },
      'until: expected a number or a time such as 2026-11-21T18:00:00Z',
    ],
    [requestMessage, { workflowId: '' }, 'workflowId: expected a text that is not empty'],
    [z.object({ reason: reason() }), {}, 'reason: missing; expected a text'],
    [
      deployRequest,
      { fleet: 'f', kind: 'auto', actor: 'a', changes: { soakMs: '1s' } },
      'changes.soakMs: expected a number',
    ],
    [z.int(), 0.5, 'payload: expected a whole number'],
    [
      deployRequest,
      { fleet: 'f', kind: 'urgent', actor: 'a' },
      'kind: expected `auto`, `manual` or `rollback`',
    ],
    [
      deployRequest,
      { fleet: 'f', kind: 'manual', actor: 'a', changes: { url: 'https://evil.example' } },
      'changes: unknown key `url`',
    ],
    [z.array(z.string()).max(1), ['a', 'b'], 'payload: expected at most 1 entry'],
    [z.string().max(3), 'abcd', 'payload: expected at most 3 characters'],
    [z.int().min(2), 1, 'payload: expected at least 2'],
    [z.strictObject({}), { '\u001b[31m': 1 }, 'payload: unknown key `?`'],
    [z.union([z.literal('a'), z.object({ b: z.string() })]), 3, 'payload: expected `a` or keys with values'],
  ])('case %#', (schema, value, words) => {
    expect(problemOf(schema, value)).toBe(words);
  });
});
