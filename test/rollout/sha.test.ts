import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSha, sameSha } from '../../src/rollout/sha.ts';

const full = 'f09b5c9208a2d159b85b4001eeab6cbb26395375';

test.each([
  [full, full, true],
  [full, full.toUpperCase(), true],
  [full, 'f09b5c9', true],
  ['F09B5C92', full, true],
  ['f09b5c9', 'f09b5c92', true],
  [full, 'f09b5c', false],
  [full, 'f09b5c8', false],
  [full, '09b5c92', false],
  ['dev', 'dev', false],
  ['', '', false],
  ['f09b5c', 'f09b5c', false],
  [`${full} `, full, false],
  ['g09b5c9', 'g09b5c9', false],
])('I-14: %j and %j: %s', (a, b, same) => {
  expect(sameSha(a, b)).toBe(same);
  expect(sameSha(b, a)).toBe(same);
});

test('what is no SHA is the same as nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      if (sameSha(a, b)) expect([a, b].every(isSha)).toBe(true);
    }),
  );
});

test('a SHA is the same as each of its starts of 7 digits or more, in any case', () => {
  const sha = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(sha, fc.integer({ min: 7, max: 40 }), (one, digits) => {
      expect(sameSha(one, one.slice(0, digits).toUpperCase())).toBe(true);
      expect(sameSha(one, one.slice(0, digits - 7))).toBe(digits - 7 >= 7);
    }),
  );
});
