import { z } from 'zod';
import type { HttpAnswer } from '../http/client.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import type { ForgeErrorFields } from './errors.ts';

/** What an answer outside 2xx means. */
export type Refusal = Pick<ForgeErrorFields, 'kind' | 'retryable' | 'retryAfterMs' | 'detail'>;

/** Reads what an answer outside 2xx means from its status and headers, never from its body. */
export function refusalOf({ status, headers }: HttpAnswer): Refusal {
  const retryAfter = retryAfterMs(headers['retry-after']) ?? untilReset(headers);
  // GitHub says 403 where it means 429.
  if (status === 429 || (status === 403 && retryAfter !== undefined)) {
    return { kind: 'rate-limited', retryable: true, retryAfterMs: retryAfter };
  }
  if (status === 401) return { kind: 'unauthorised', retryable: false };
  if (status === 403) return { kind: 'forbidden', retryable: false };
  if (status === 404) return { kind: 'not-found', retryable: false };
  if (status >= 502 && status <= 504)
    return { kind: 'unreachable', retryable: true, retryAfterMs: retryAfter };
  if (status >= 500) return { kind: 'unexpected-answer', retryable: true };
  const detail = status < 400 ? 'it redirects; configure the address it redirects to' : undefined;
  return { kind: 'unexpected-answer', retryable: false, detail };
}

function untilReset(headers: HttpAnswer['headers']): number | undefined {
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] !== '0' || !Number.isFinite(reset)) return undefined;
  return Math.min(Math.max(reset * 1000 - Date.now(), 0), 15 * 60_000);
}

/** The `message` of an error's body, in lower case; for comparing with known ones, never for showing. */
export function messageOf(answer: HttpAnswer): string {
  try {
    const body: unknown = JSON.parse(answer.text);
    return z.object({ message: z.string() }).parse(body).message.trim().toLowerCase();
  } catch {
    return '';
  }
}

/** A commit's full SHA in an answer. */
export const fullSha = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

/** Text that may be missing or `null`. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** A list; Go writes an empty one as `null` now and then. */
export function list<S extends z.ZodType>(row: S) {
  return z
    .array(row)
    .nullable()
    .transform((rows) => rows ?? []);
}

/** Somebody's account. */
export const account = z
  .object({ login: z.string() })
  .nullish()
  .transform((user) => user?.login ?? '');

/** A repository as far as it says what the token's owner may do; all forges call it so. */
export const repositoryRights = z.object({ permissions: z.object({ push: z.boolean() }).nullish() });
