import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFlag, isTrue, judgeKillSwitch, type VariableReading } from '../../src/rollout/kill-switch.ts';

const WORDS = ['1', 'true', 'yes', 'on', 'disabled', 'disable'];
const OFF = ['', '0', 'false', 'no', 'off', 'enabled', 'enable'];

/** A word as somebody types it: any case, blanks around it. */
const typed = (words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...words), fc.array(fc.boolean()), fc.constantFrom('', ' ', '\t', '\n '))
    .map(
      ([word, upper, blank]) =>
        blank +
        [...word].map((char, at) => (upper[at] === true ? char.toUpperCase() : char)).join('') +
        blank,
    );
const scope = fc.constantFrom('repository' as const, 'organisation' as const);
const set = (value: fc.Arbitrary<string>): fc.Arbitrary<VariableReading> =>
  fc.record({ state: fc.constant('set' as const), value, scope });
const notSet = fc.constantFrom<VariableReading>(
  { state: 'unset' },
  { state: 'forbidden' },
  { state: 'no-token' },
);
const reading = fc.oneof(set(typed(WORDS)), set(typed(OFF)), set(fc.string()), notSet);

test('I-07: a start value that is on stays on, whatever is read', () => {
  fc.assert(
    fc.property(reading, (one) => {
      expect(judgeKillSwitch('SWITCH', true, one).on).toBe(true);
    }),
  );
});

test('I-07: a variable that is set is off only when it plainly says so', () => {
  fc.assert(
    fc.property(fc.oneof(typed(WORDS), typed(OFF), fc.string()), scope, (value, where) => {
      const off = OFF.includes(value.trim().toLowerCase());
      expect(judgeKillSwitch('SWITCH', false, { state: 'set', value, scope: where }).on).toBe(!off);
      expect(isTrue(value) && off).toBe(false);
      expect(isFlag(value)).toBe(isTrue(value) || off);
    }),
  );
});

test('I-07: what could not be looked at leaves the start value alone and is said; what was looked at is not warned of', () => {
  fc.assert(
    fc.property(reading, (one) => {
      const { warning, why } = judgeKillSwitch('SWITCH', false, one);
      expect(warning !== undefined).toBe(one.state === 'forbidden' || one.state === 'no-token');
      if (warning !== undefined) expect(warning).toContain('the start value alone counts');
      expect(why).toContain('SWITCH');
    }),
  );
});
