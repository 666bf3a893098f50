import { DateTime } from 'luxon';
import type { Closure } from '../rollout/lock/state.ts';
import type { FreezeWindow } from './freeze-window.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/**
 * The occurrences of freeze windows that touch the time from `from` to `to` (ms since the epoch), in order. Times of
 * day are those of the window's time zone, so that a window is an hour longer or shorter when clocks change within it.
 */
export function closuresOf(windows: readonly FreezeWindow[], from: number, to: number): Closure[] {
  return windows.flatMap((window) => occurrences(window, from, to)).sort((a, b) => a.from - b.from);
}

function occurrences(window: FreezeWindow, from: number, to: number): Closure[] {
  const found: Closure[] = [];
  let day = DateTime.fromMillis(from, { zone: window.timeZone }).startOf('day').minus({ days: 1 });
  for (; day.toMillis() <= to; day = day.plus({ days: 1 })) {
    if (!window.days.includes(DAYS[day.weekday - 1] as (typeof DAYS)[number])) continue;
    const begin = at(day, window.from);
    const sameDay = at(day, window.to);
    const end = sameDay > begin ? sameDay : at(day.plus({ days: 1 }), window.to);
    if (end.toMillis() > from && begin.toMillis() < to)
      found.push({ name: window.name, from: begin.toMillis(), to: end.toMillis() });
  }
  return found;
}

function at(day: DateTime, time: string): DateTime {
  const [hour, minute] = time.split(':').map(Number) as [number, number];
  return hour === 24 ? day.plus({ days: 1 }).startOf('day') : day.set({ hour, minute });
}
