import { html, type Html } from '../page/html.ts';
import { at, since } from '../page/time.ts';
import type { BoardState } from './feed.ts';
import { headlineOf } from './headline.ts';
import { doraSection } from './section-dora.ts';
import { holderSection } from './section-holder.ts';
import { holdsSection } from './section-holds.ts';
import { queueSection } from './section-queue.ts';
import { releasesSection } from './section-releases.ts';

export const SECTIONS = ['trouble', 'headline', 'now', 'holds', 'queue', 'releases', 'dora'] as const;
export type SectionName = (typeof SECTIONS)[number];

/**
 * The parts of the board, each replaced on the page when it changes. With `now` 0 every clock in them stands still,
 * so that two of them are the same unless something happened; the page's script moves the clocks.
 */
export function sectionsOf(state: BoardState, now: number): Record<SectionName, Html> {
  const { data } = state;
  const lock = data?.lock;
  const { tone, text } = headlineOf(state);
  return {
    trouble: troubleSection(state, now),
    headline: html`<span class="${tone}">${text}</span>`,
    now:
      lock?.holder === undefined
        ? html``
        : holderSection(lock.holder, data?.holder?.status, data?.holder?.silent, now),
    holds: lock === undefined ? html`` : holdsSection(lock, data?.at ?? now, now),
    queue: queueSection(lock, data?.early ?? [], data?.holder?.status?.halted !== undefined, now),
    releases: releasesSection(lock, now),
    dora: doraSection(lock?.ledger ?? [], data?.at ?? 0),
  };
}

function troubleSection({ trouble, data }: BoardState, now: number): Html {
  if (trouble === undefined) return html``;
  const old = data === undefined ? 'Nothing has been read yet.' : html`What follows is of ${at(data.at)}.`;
  return html`<div class="panel warn">
    <strong>No news for ${since(trouble.since, now)}:</strong> ${trouble.why}. ${old}
  </div>`;
}
