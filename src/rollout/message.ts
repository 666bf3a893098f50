import type { z } from 'zod';
import { expectation } from './expectation.ts';

/**
 * A kind of message to a workflow, and how it is read: anybody can type one into Temporal UI. Its schema is out of
 * reach: what workflows share is frozen as far as it can be reached (src/workflows/shared.ts), and a schema writes to
 * itself when it is first used.
 */
export class Message<S extends z.ZodType = z.ZodType> {
  readonly #schema: S;

  constructor(schema: S) {
    this.#schema = schema;
  }

  /** What was wrong with one stands in words for people. */
  safeParse(message: unknown): z.ZodSafeParseResult<z.output<S>> {
    return this.#schema.safeParse(message, { error: expectation });
  }

  /** @throws ZodError for what is no such message. */
  parse(message: unknown): z.output<S> {
    return this.#schema.parse(message, { error: expectation });
  }
}

/** What a message of that kind says. */
export type Said<M> = M extends Message<infer S> ? z.output<S> : never;
