import type { z } from 'zod';
import { GreenlaneError } from '../errors.ts';

/**
 * An answer that is not what it should be. Says where it came from, which path was wrong and what was
 * expected there, never what stood there: bodies may hold secrets (I-23).
 */
export class UnreadableAnswerError extends GreenlaneError {
  readonly exitCode = 1;
  readonly from: string;
  /** Path of the first thing that is wrong: `results[3].slug`; empty for the whole body. */
  readonly path: string;
  readonly expected: string;
  constructor(from: string, path: string, expected: string) {
    super(`${from}: ${path === '' ? 'the body' : path} is not what it should be: expected ${expected}.`);
    this.from = from;
    this.path = path;
    this.expected = expected;
  }
}

/**
 * Parses a body from outside by its schema. `from` names the source for the message: `statuses of acme/core`.
 * Throws {@link UnreadableAnswerError} for text that is not JSON and for JSON outside the schema.
 */
export function parseJson<S extends z.ZodType>(text: string, schema: S, from: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableAnswerError(from, '', 'JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnreadableAnswerError(from, pathOf(issue?.path ?? []), expectationOf(issue));
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((shown, key) => {
    if (typeof key === 'number') return `${shown}[${key}]`;
    // A key that no schema of ours would name came from the body.
    const name = typeof key === 'string' && /^\w{1,40}$/.test(key) ? key : '?';
    return shown === '' ? name : `${shown}.${name}`;
  }, '');
}

function expectationOf(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return `a value of type ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => `\`${String(value)}\``).join(', ')}`;
    case 'invalid_format':
      return `text of the form ${issue.pattern ?? issue.format}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'custom':
      // Written in our own schema, so it quotes nothing.
      return issue.message;
    case undefined:
    default:
      return 'the documented shape';
  }
}
