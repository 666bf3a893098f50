import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/http/retry-after.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

test.each([
  ['7', 7_000],
  [' 0 ', 0],
  ['0.2', 200],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['86400', 900_000],
  ['soon', undefined],
  ['-5', undefined],
  ['2026', 900_000],
  ['', undefined],
  [undefined, undefined],
])('I-11: Retry-After `%s` means %s ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});
