import { expect } from 'vitest';
import { GreenlaneError } from '../../src/errors.ts';

/** A text that stands in mutated answers as a secret would (I-23). */
export const PLANTED = 'hunter2-planted-secret';

/**
 * What a parser made of its input; undefined when it refused it with one of the documented errors, whose message is one
 * line for people.
 * @throws what is no documented error: a crash.
 */
export async function read<T>(parse: () => T | Promise<T>): Promise<{ value: T } | undefined> {
  try {
    return { value: await parse() };
  } catch (error) {
    if (!(error instanceof GreenlaneError)) throw error;
    expect(error.message).not.toBe('');
    expect(error.message.length).toBeLessThan(2_000);
    expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(error.message).not.toContain(PLANTED);
    return undefined;
  }
}

export const SLUG = /^(?=.{1,63}$)[a-z0-9]+(-+[a-z0-9]+)*$/;
