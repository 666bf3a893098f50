import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scrub, Secrets } from '../../src/safety/secrets.ts';

const token = 'gt_7Qx/9+zK="p&w\\2 ü';
const html = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? '&#39;');

/** How a secret turns up in logs, bodies, URLs and headers. */
const writings: Record<string, (secret: string) => string> = {
  'as it is': (s) => s,
  'in upper case': (s) => s.toUpperCase(),
  'URL-encoded': (s) => encodeURIComponent(s),
  'URL-encoded twice': (s) => encodeURIComponent(encodeURIComponent(s)),
  'URL-encoded in lower case': (s) => encodeURIComponent(s).replace(/%../g, (hex) => hex.toLowerCase()),
  'as a form': (s) => new URLSearchParams({ s }).toString(),
  'percent-encoded byte by byte': (s) => Buffer.from(s).toString('hex').replace(/../g, '%$&'),
  'JSON-escaped': (s) => JSON.stringify(s),
  'JSON-escaped twice': (s) => JSON.stringify(JSON.stringify({ s })),
  'JSON-escaped with \\/': (s) => JSON.stringify(s).replaceAll('/', '\\/'),
  'with \\u escapes': (s) =>
    s.replace(/[^\w]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'as HTML': html,
  'as hex': (s) => Buffer.from(s).toString('hex'),
  'as base64': (s) => Buffer.from(s).toString('base64'),
  'as base64url': (s) => Buffer.from(s).toString('base64url'),
  'in Basic credentials': (s) => Buffer.from(`deployer:${s}`).toString('base64'),
  'in base64 with text around it': (s) => Buffer.from(`ab${s}, and more`).toString('base64'),
};

describe('scrub', () => {
  test.each(Object.entries(writings))('I-23: finds a secret %s', (_, write) => {
    const secrets = new Secrets([token]);
    const clean = scrub(`before ${write(token)} after`, secrets);
    expect(clean).toMatch(/^before .*\*\*\*.* after$/);
    expect(clean).not.toMatch(/7Qx|9\+zK|p&w/i);
    expect(Buffer.from(clean, 'base64').toString('latin1')).not.toMatch(/7Qx|9\+zK|p&w/i);
  });

  test('leaves text without secrets as it is', () => {
    const text = 'wave 3 of 12: 30 tenants on staging-2863380 ::notice:: %20 \\" YWJjZGVm';
    expect(scrub(text, new Secrets([token]))).toBe(text);
    expect(scrub(text, new Secrets())).toBe(text);
  });

  test('takes the longer one of two secrets that begin alike', () => {
    expect(scrub('x abcdef-99 y', new Secrets(['abcdef', 'abcdef-99']))).toBe('x *** y');
  });

  test('does not bring a secret together by taking another out', () => {
    expect(scrub('a***b aa***b***b', new Secrets(['a***b']))).not.toContain('a***b');
  });

  test('knows the lines of a key of several lines', () => {
    const key = '-----BEGIN KEY-----\nMIIabcdefgh\nQRSTuvwxyz0\n-----END KEY-----\n';
    expect(scrub('at line MIIabcdefgh', new Secrets([key]))).toBe('at line ***');
  });

  test('takes words of under 4 characters for no secrets', () => {
    expect(scrub('on and on', new Secrets(['on', '', ' ', undefined]))).toBe('on and on');
  });

  test('I-23: leaves no planted secret, whatever it is and whatever stands around it', () => {
    const secret = fc
      .oneof(
        fc.string({ minLength: 6, maxLength: 24 }),
        fc.string({ minLength: 6, maxLength: 12, unit: 'grapheme' }),
      )
      .filter((text) => text.trim().length >= 6 && text.trim() === text);
    const write = fc.constantFrom(
      ...Object.values(writings).filter((way) => way !== writings['in upper case']),
    );
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.array(write, { minLength: 1 }),
        fc.string(),
        (all, ways, glue) => {
          const secrets = new Secrets(all);
          const text = ways.map((way, n) => way(all[n % all.length] ?? '')).join(glue);
          const clean = scrub(text, secrets);
          for (const one of all) {
            expect(clean).not.toContain(one);
            expect(clean).not.toContain(encodeURIComponent(one));
            expect(clean).not.toContain(JSON.stringify(one).slice(1, -1));
            if (Buffer.from(one).length >= 9) {
              expect(clean).not.toContain(Buffer.from(one).toString('base64').slice(0, 8));
            }
          }
          expect(scrub(clean, secrets)).toBe(clean);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is quick on long text that is built to be slow', () => {
    const secrets = new Secrets(['\\\\a"b\\c', 'tok"en/with\\signs', 'p%25q%r']);
    const texts = [
      '\\'.repeat(50_000),
      '%25'.repeat(20_000),
      '%'.repeat(50_000),
      'tok\\'.repeat(20_000),
      '\\\\u005c'.repeat(9_000),
    ];
    const before = process.cpuUsage();
    for (const text of texts) scrub(text, secrets);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(10_000);
  });
});

describe('Secrets', () => {
  test('never show what they hold', () => {
    const secrets = new Secrets([token]);
    secrets.add('another-one');
    const shown = [
      inspect({ secrets }, { depth: 9, showHidden: true }),
      JSON.stringify({ secrets }),
      `${secrets.toString()}`,
      Object.keys(secrets).join(),
      JSON.stringify(Object.getOwnPropertyDescriptors(secrets)),
    ].join('\n');
    expect(shown).not.toMatch(/7Qx|another/);
    expect(JSON.stringify({ secrets })).toBe('{"secrets":"[secret]"}');
    expect(inspect(secrets)).toBe('[secret]');
    expect(String(secrets)).toBe('[secret]');
  });
});
