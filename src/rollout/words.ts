import { z } from 'zod';

/**
 * Words of a person in a message to a workflow: one line, without control characters, so that what is shown of it
 * later commands neither a log nor a terminal; trimmed and cut to `most` characters.
 */
export function words(most: number) {
  return z.string().transform((text) =>
    text
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, most),
  );
}

/** A reason that must be given. */
export const reason = () => words(500).pipe(z.string().min(1, 'expected a reason'));

/** Who says it; a message typed by hand may leave it out. */
export const actor = () => words(200).default('somebody');

/** A commit as people and machines give it: 7 to 40 characters. */
export const commit = () => z.string().regex(/^[0-9a-f]{7,40}$/i, 'expected a SHA');
