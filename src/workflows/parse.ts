import { firstProblem } from '../rollout/expectation.ts';
import type { Message, Said } from '../rollout/message.ts';

/**
 * Parses a message to a workflow. What cannot be understood is recorded through `odd` and never thrown: a throw in
 * a signal handler would wedge the workflow. Nothing of the message's content is repeated.
 */
export function parseMessage<M extends Message>(
  kind: M,
  message: unknown,
  name: string,
  odd: (what: string) => void,
): Said<M> | undefined {
  const parsed = kind.safeParse(message);
  if (parsed.success) return parsed.data as Said<M>;
  odd(`a \`${name}\` signal that could not be understood (${firstProblem(parsed.error, 'payload')})`);
  return undefined;
}

/** For validators of updates, whose error is what the person reads. @throws Error with what is wrong with the message */
export function understood<M extends Message>(kind: M, message: unknown, name: string): Said<M> {
  const parsed = kind.safeParse(message);
  if (parsed.success) return parsed.data as Said<M>;
  throw new Error(
    `${name} was not understood: ${firstProblem(parsed.error, 'payload')} (docs/steering.md has what it takes)`,
  );
}
