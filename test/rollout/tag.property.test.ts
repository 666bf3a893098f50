import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shaOfTag, tagOf } from '../../src/rollout/tag.ts';

const sha = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 40, maxLength: 40 });
const around = fc.string({ unit: fc.constantFrom(...'abcxyz0179_.-'), maxLength: 8 });
const template = fc.tuple(around, fc.constantFrom('{sha7}', '{sha}'), around).map((parts) => parts.join(''));

test('a tag made from a SHA names that SHA again, in lower case, by as many digits as it holds', () => {
  fc.assert(
    fc.property(template, sha, (one, full) => {
      const named = shaOfTag(one, tagOf(one, full));
      expect(named).toBe(one.includes('{sha7}') ? full.slice(0, 7).toLowerCase() : full.toLowerCase());
    }),
  );
});

test('I-28: a text names a commit only when a commit would have been given exactly this tag', () => {
  const text = fc.oneof(
    fc.string(),
    around,
    fc.tuple(template, sha).map(([one, full]) => tagOf(one, full)),
  );
  fc.assert(
    fc.property(template, text, (one, tag) => {
      const named = shaOfTag(one, tag);
      if (named !== undefined) expect(tagOf(one, named.padEnd(40, '0'))).toBe(tag);
    }),
  );
});

test.each([
  'latest',
  'staging-latest',
  'staging-',
  'staging-286338',
  'staging-28633801',
  'staging-2863380\n',
])('I-28: %j names no commit', (tag) => {
  expect(shaOfTag('staging-{sha7}', tag)).toBeUndefined();
});
