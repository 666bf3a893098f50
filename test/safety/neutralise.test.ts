import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forCiLog, forMarkdown, forTerminal, oneLine } from '../../src/safety/neutralise.ts';

/** Text made of what is dangerous somewhere, mixed with what is not. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '::',
          ':',
          '##[',
          '##',
          '[',
          ']',
          '%0A',
          '%0d',
          '%',
          '0A',
          '\n',
          '\r',
          '\r\n',
          '\t',
          ' ',
          '\u2028',
        ],
        ...[
          'error',
          'add-mask',
          '##vso[',
          '\u001b[31m',
          '\u001b]0;t\u0007',
          '\u001b]8;;http://x\u001b\\',
          '\u009b2J',
        ],
        ...[
          '\u001b',
          '\u0007',
          '\u0000',
          '\u007f',
          '\u0085',
          '\u202e',
          '\u2066',
          '\u200b',
          '\ufeff',
          '\ud800',
          '\u{e0041}',
        ],
        ...[
          '`',
          '```',
          '|',
          '<b>',
          '&lt;',
          '&#64;',
          '@all',
          'https://',
          'www.',
          '![',
          '](',
          '\\',
          '*',
          '# ',
          '- ',
          '1. ',
          '~~~',
          '<!--',
        ],
      ),
      fc.string({ maxLength: 4, unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

describe('forTerminal', () => {
  test.each([
    ['a\u001b[31mred\u001b[0m b', 'ared b'],
    ['\u001b]0;title\u0007x', 'x'],
    ['one\r\ntwo\tthree', 'one two three'],
    ['\u001b[\u001b[31m31mx', '\uFFFD[31mx'],
    ['up\u009b1A', 'up'],
    ['invoice\u202etxt.exe', 'invoice\uFFFDtxt.exe'],
    ['bell\u0007 null\u0000', 'bell\uFFFD null\uFFFD'],
    ['CI / Platform (Go) (push) – ✓ 日本', 'CI / Platform (Go) (push) – ✓ 日本'],
  ])('makes of %j', (text, expected) => expect(forTerminal(text)).toBe(expected));

  test('leaves nothing that a terminal acts upon, whatever comes', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const safe = forTerminal(text);
        expect(safe).not.toMatch(invisible);
        expect(forTerminal(safe)).toBe(safe);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('oneLine', () => {
  test.each([
    ['  short\n text ', 20, 'short text'],
    ['exactly', 7, 'exactly'],
    ['one more', 7, 'one mo…'],
    ['🚀🚀🚀', 2, '🚀…'],
    ['anything', 0, '…'],
  ])('cuts %j to %d', (text, max, expected) => expect(oneLine(text, max)).toBe(expected));
});

describe('forCiLog', () => {
  test.each([
    ['::error::boom', ': :error: :boom'],
    ['x\n::add-mask::y', 'x : :add-mask: :y'],
    ['  ::stop-commands::t', ' : :stop-commands: :t'],
    ['##[error]boom', '# #[error]boom'],
    ['##vso[task.setvariable]x', '# #vso[task.setvariable]x'],
    ['a%0A::error::b', 'a% 0A: :error: :b'],
    ['a%250A', 'a% 250A'],
    [':\u001b[0m:error::', ': :error: :'],
    ['80 % done: CI / a (push)', '80 % done: CI / a (push)'],
  ])('makes of %j', (text, expected) => expect(forCiLog(text)).toBe(expected));

  test('I-23: leaves no command of any form, also after the runner has decoded it', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const safe = forCiLog(text);
        const decoded = safe.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%25/g, '%');
        for (const shown of [safe, decoded]) {
          expect(shown).not.toMatch(/::|##\w*\[|[\r\n]/);
          expect(shown).not.toMatch(invisible);
        }
        expect(forCiLog(safe)).toBe(safe);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('forMarkdown', () => {
  test.each([
    ['[click](https://evil.example)', '［click］(https:／／evil.example)'],
    ['see www.evil.example', 'see www．evil.example'],
    ['<img src=x onerror=y>', '＜img src=x onerror=y＞'],
    ['&#64;channel', '＆#64;channel'],
    ['@here <!channel>', '＠here ＜!channel＞'],
    ['a ``` b | c \\', 'a ｀｀｀ b ｜ c ＼'],
    ['# heading', '＃ heading'],
    ['- item', '－ item'],
    ['12. item', '12． item'],
    ['line\n\n---\n', 'line ---'],
    ['CI / Platform (Go) (push)', 'CI / Platform (Go) (push)'],
    ['staging-2863380, PROD_AUTO_DEPLOY_DISABLED', 'staging-2863380, PROD_AUTO_DEPLOY_DISABLED'],
  ])('makes of %j', (text, expected) => expect(forMarkdown(text)).toBe(expected));

  test('leaves no link, HTML, mention, entity, code fence or cell border, whatever comes', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const safe = forMarkdown(text);
        expect(safe).not.toMatch(/[`|<>[\]\\&@*]|:\/\/|www\./i);
        expect(safe).not.toMatch(/^(#|[-+=~_]|\d{1,9}[.)])/);
        expect(safe).not.toMatch(invisible);
        expect(forMarkdown(safe)).toBe(safe);
      }),
      { numRuns: 1_000 },
    );
  });
});
