import type { z } from 'zod';
import { expectation, firstProblem } from '../rollout/expectation.ts';

const WORDS = { error: expectation };

/**
 * Parses a message to a workflow. What cannot be understood is recorded through `odd` and never thrown: a throw in
 * a signal handler would wedge the workflow. Nothing of the message's content is repeated.
 */
export function parseMessage<S extends z.ZodType>(
  schema: S,
  message: unknown,
  name: string,
  odd: (what: string) => void,
): z.output<S> | undefined {
  const parsed = schema.safeParse(message, WORDS);
  if (parsed.success) return parsed.data;
  odd(`a \`${name}\` signal that could not be understood (${firstProblem(parsed.error, 'payload')})`);
  return undefined;
}

/** For validators of updates, whose error is what the person reads. @throws Error with what is wrong with the message */
export function understood<S extends z.ZodType>(schema: S, message: unknown, name: string): z.output<S> {
  const parsed = schema.safeParse(message, WORDS);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${name} was not understood: ${firstProblem(parsed.error, 'payload')} (docs/steering.md has what it takes)`,
  );
}
