import ms from 'ms';
import { z } from 'zod';

const LONGEST_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * A duration in the configuration: `60m`, `15s`, `1.5h`, or a whole number of seconds. Parsed to milliseconds.
 * Zero is refused unless asked for; so is anything over 30 days.
 */
export function duration(options: { zero?: boolean } = {}) {
  return z.union([z.string(), z.number()]).transform((value, context): number => {
    const result = parseDuration(value);
    if (
      result === undefined ||
      result < 0 ||
      (result === 0 && options.zero !== true) ||
      result > LONGEST_MS
    ) {
      context.addIssue({
        code: 'custom',
        message: `expected a duration such as 60m, 15s or 2h, got ${JSON.stringify(value)}`,
      });
      return z.NEVER;
    }
    return result;
  });
}

/** Milliseconds of `60m`, `15s`, `2h`, or of a number of seconds; undefined when it is neither. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^\d+(\.\d+)?\s*[a-z]+$/i.test(text)) return undefined;
  return ms(text as ms.StringValue);
}

/** `60000` as `1m`, `90000` as `1m 30s`: for people. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [d, h, m, s] = [
    Math.floor(seconds / 86400),
    Math.floor((seconds % 86400) / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  const parts = [
    d > 0 ? `${d}d` : '',
    h > 0 ? `${h}h` : '',
    m > 0 ? `${m}m` : '',
    s > 0 ? `${s}s` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ');
}
