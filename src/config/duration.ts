import ms from 'ms';
import * as z from 'zod/mini';

const LONGEST_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * A duration in the configuration: `60m`, `15s`, `1.5h`, or a whole number of seconds. Parsed to milliseconds.
 * Zero is refused unless asked for; so is anything over 30 days, and what is less than a millisecond.
 */
export function duration(options: { zero?: boolean } = {}) {
  return z.pipe(
    z.union([z.string(), z.number()], 'expected a duration such as 60m, 15s or 2h'),
    z.transform((value, context): number => {
      const exact = parseDuration(value);
      // Timers know whole milliseconds; what rounds to none is no wait, and an interval of none is a busy loop.
      const result = exact === 0 ? 0 : Math.round(exact ?? Number.NaN) || Number.NaN;
      if ((result > 0 || (result === 0 && options.zero === true)) && result <= LONGEST_MS) return result;
      context.issues.push({
        code: 'custom',
        message: `expected a duration such as 60m, 15s or 2h, got ${JSON.stringify(value)}`,
        input: value,
      });
      return z.NEVER;
    }),
  );
}

/** Milliseconds of `60m`, `15s`, `2h`, or of a number of seconds; undefined when it is neither. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^\d+(\.\d+)?\s*[a-z]+$/i.test(text)) return undefined;
  return ms(text as ms.StringValue);
}
