/** More than this is not waited for on a server's word alone. */
const longestMs = 15 * 60_000;

/**
 * Milliseconds to wait by a `Retry-After` header (seconds or an HTTP date), at most 15 minutes; `undefined`
 * when the header is missing or nonsense. `now` is the time in ms since the epoch (I-11).
 */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), longestMs);
  // An HTTP date ends with its zone; without this check `Date.parse` takes a bare number for a year.
  if (!/ GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), longestMs);
}
