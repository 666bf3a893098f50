import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecKeys } from '../../src/codec/keys.ts';
import { ConfigurationError } from '../../src/errors.ts';

const key = (): string => randomBytes(32).toString('base64');
const read = (value: string) => codecKeys({ GREENLANE_CODEC_KEYS: value });

describe('GREENLANE_CODEC_KEYS', () => {
  it('is no key when it is not set, or empty', () => {
    expect(codecKeys({})).toEqual([]);
    expect(read(' ')).toEqual([]);
  });

  it('holds keys in the order they stand in, each with its id', () => {
    const [a, b] = [key(), key()];
    expect(read(`2026-11:${a}, old.1:${b}`).map((one) => [one.id, one.key.toString('base64')])).toEqual([
      ['2026-11', a],
      ['old.1', b],
    ]);
  });

  it.each([
    ['without an id', `${key()}`, /entry 1 has no usable key id/],
    ['with an id of other signs', `a/b:${key()}`, /entry 1 has no usable key id/],
    [
      'of 16 bytes',
      `a:${randomBytes(16).toString('base64')}`,
      /the key `a` is not 32 bytes in base64; make one with/,
    ],
    ['that is no base64', 'a:not base64 at all', /the key `a` is not 32 bytes/],
    ['of nothing', 'a:', /the key `a` is not 32 bytes/],
    ['twice', `a:${key()},a:${key()}`, /`a` stands in it twice/],
    ['behind a comma too many', `a:${key()},`, /entry 2 has no usable key id/],
    ['as literal text', '${{ secrets.KEYS }}', /I-25/],
  ])('refuses a key %s, without quoting one', (_, value, message) => {
    expect(() => read(value)).toThrow(ConfigurationError);
    expect(() => read(value)).toThrow(message);
    expect(() => read(value)).toThrow(/^environment variable GREENLANE_CODEC_KEYS: /);
  });

  it('either reads a text or refuses it by name, and never shows a key of it', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const secret = key();
        try {
          codecKeys({ GREENLANE_CODEC_KEYS: `good:${secret},${value}` });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          if (!value.includes('${{')) expect((error as Error).message).not.toContain(secret);
        }
      }),
    );
  });
});
