import { formatDuration } from '../rollout/duration.ts';
import { html, type Html } from './html.ts';

/** A time as programs write it; empty for what is none, which a history that somebody edited may hold. */
export function iso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** `2026-03-01 02:14:05Z`; `time` in ms since the epoch. */
export function utc(time: number): string {
  return (
    iso(time)
      .replace('T', ' ')
      .replace(/\.\d+Z$/, 'Z') || 'unknown time'
  );
}

/** A point in time for people; the full time stands in its title. */
export function at(time: number): Html {
  return html`<time datetime="${iso(time)}">${utc(time)}</time>`;
}

/** `3m 12s`, counted on by the page's script. */
export function since(time: number, now: number): Html {
  return html`<time datetime="${iso(time)}" title="since ${utc(time)}" data-since="${time}"
    >${formatDuration(now - time)}</time
  >`;
}

/** `38s`, counted down by the page's script. */
export function until(time: number, now: number): Html {
  return html`<time datetime="${iso(time)}" title="${utc(time)}" data-until="${time}"
    >${formatDuration(time - now)}</time
  >`;
}

/** A duration for tables: `0.4s` where whole seconds would say nothing, else `1m 30s`. */
export function precise(milliseconds: number): string {
  return milliseconds < 9_950
    ? `${(Math.max(0, milliseconds) / 1_000).toFixed(1)}s`
    : formatDuration(milliseconds);
}
