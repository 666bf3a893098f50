import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSlug } from '../../src/tenants/slug.ts';

test.each([
  ['hongming', true],
  ['a', true],
  ['7', true],
  ['tenant-002', true],
  ['a--b', true],
  ['a'.repeat(63), true],
  ['a'.repeat(64), false],
  ['', false],
  ['-a', false],
  ['a-', false],
  ['A', false],
  ['a_b', false],
  ['a.b', false],
  ['a/b', false],
  ['a\n', false],
  ['ä', false],
  ['evil.example/#', false],
])('%j: %s', (text, is) => expect(isSlug(text)).toBe(is));

test('a slug can stand in a host name and a path as it is', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 70 }), (text) => {
      if (!isSlug(text)) return;
      const url = new URL(`https://${text}.example/t/${text}/buildinfo`);
      expect(url.host).toBe(`${text}.example`);
      expect(url.pathname).toBe(`/t/${text}/buildinfo`);
    }),
  );
});
