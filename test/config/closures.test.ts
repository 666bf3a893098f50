import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closuresOf } from '../../src/config/closures.ts';
import { freezeWindowSchema } from '../../src/config/freeze-window.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const berlin = { timeZone: 'Europe/Berlin' };

function windowOf(more: Record<string, unknown>) {
  return freezeWindowSchema.parse({ name: 'night', ...more });
}

/** Occurrences between two times, as [from, to] in ISO. */
function between(more: Record<string, unknown>, from: string, to: string): string[][] {
  return closuresOf([windowOf(more)], Date.parse(from), Date.parse(to)).map((closure) =>
    [closure.from, closure.to].map((time) => new Date(time).toISOString()),
  );
}

describe('The occurrences of a freeze window', () => {
  it('are on its days, in its time zone', () => {
    expect(
      between(
        { ...berlin, days: ['fri'], from: '18:00', to: '22:00' },
        '2026-11-16T00:00Z',
        '2026-12-01T00:00Z',
      ),
    ).toEqual([
      ['2026-11-20T17:00:00.000Z', '2026-11-20T21:00:00.000Z'],
      ['2026-11-27T17:00:00.000Z', '2026-11-27T21:00:00.000Z'],
    ]);
  });

  it('go on into the next day when they end at or before their beginning', () => {
    expect(
      between({ days: ['fri'], from: '18:00', to: '08:00' }, '2026-11-20T00:00Z', '2026-11-22T00:00Z'),
    ).toEqual([['2026-11-20T18:00:00.000Z', '2026-11-21T08:00:00.000Z']]);
  });

  it('count one that began before the time that is looked at', () => {
    expect(
      between({ days: ['fri'], from: '18:00', to: '08:00' }, '2026-11-21T05:00Z', '2026-11-21T06:00Z'),
    ).toHaveLength(1);
  });

  it('are an hour longer when clocks go back within them, and an hour shorter when they go forward', () => {
    const nights = { ...berlin, days: ['sat'], from: '22:00', to: '06:00' };
    const [back] = closuresOf(
      [windowOf(nights)],
      Date.parse('2026-10-24T12:00Z'),
      Date.parse('2026-10-25T12:00Z'),
    );
    const [forward] = closuresOf(
      [windowOf(nights)],
      Date.parse('2026-03-28T12:00Z'),
      Date.parse('2026-03-29T12:00Z'),
    );
    expect(((back?.to ?? 0) - (back?.from ?? 0)) / HOUR).toBe(9);
    expect(((forward?.to ?? 0) - (forward?.from ?? 0)) / HOUR).toBe(7);
    expect(new Date(back?.to ?? 0).toISOString()).toBe('2026-10-25T05:00:00.000Z');
    expect(new Date(forward?.to ?? 0).toISOString()).toBe('2026-03-29T04:00:00.000Z');
  });

  it('begin after the hour that clocks skip when they would begin within it', () => {
    expect(
      between(
        { ...berlin, days: ['sun'], from: '02:30', to: '05:00' },
        '2026-03-29T00:00Z',
        '2026-03-29T12:00Z',
      ),
    ).toEqual([['2026-03-29T01:30:00.000Z', '2026-03-29T03:00:00.000Z']]);
  });

  it('last a whole day from 00:00 to 24:00, also the one with 25 hours', () => {
    const [day] = closuresOf(
      [windowOf({ ...berlin, days: ['sun'] })],
      Date.parse('2026-10-25T10:00Z'),
      Date.parse('2026-10-25T11:00Z'),
    );
    expect(((day?.to ?? 0) - (day?.from ?? 0)) / HOUR).toBe(25);
  });

  it('are in order, whichever window they are of, end after they begin, and touch what is looked at', () => {
    const time = fc.tuple(fc.nat({ max: 23 }), fc.nat({ max: 59 }));
    const text = ([h, m]: readonly [number, number]): string =>
      `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
    const any = fc.record({
      days: fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), {
        minLength: 1,
      }),
      from: time.map(text),
      to: time.map(text),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Asia/Kolkata'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 3 }), fc.nat({ max: 365 }), (windows, day) => {
        const from = Date.UTC(2026, 0, 1) + day * DAY;
        const to = from + 15 * DAY;
        const closures = closuresOf(windows.map(windowOf), from, to);
        expect(closures.map((one) => one.from)).toEqual(
          closures.map((one) => one.from).sort((a, b) => a - b),
        );
        for (const one of closures) {
          expect(one.to).toBeGreaterThan(one.from);
          expect(one.to - one.from).toBeLessThanOrEqual(25 * HOUR);
          expect(one.to).toBeGreaterThan(from);
          expect(one.from).toBeLessThan(to);
        }
      }),
    );
  });
});
