import type { z } from 'zod';

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
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  odd(
    `a \`${name}\` signal that could not be understood${issue === undefined ? '' : ` (${issue.path.join('.') || 'payload'}: ${issue.code})`}`,
  );
  return undefined;
}
