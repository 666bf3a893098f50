import { html, type Html } from '../page/html.ts';
import { utc } from '../page/time.ts';
import { formatDuration } from '../rollout/duration.ts';
import type { LedgerEntry } from '../rollout/lock/state.ts';
import { doraOf, type Measure } from './dora.ts';

/** The four DORA measures, each with what went into it and how it is computed. */
export function doraSection(ledger: readonly LedgerEntry[], now: number): Html {
  const { from, measures } = doraOf(ledger, now);
  return html`<p class="dim">
      ${
        from === undefined
          ? 'There is no release to measure yet.'
          : `From the ${ledger.length === 1 ? 'one release' : `${ledger.length} releases`} in the ledger, which keeps 50, since ${utc(from)}.`
      }
    </p>
    <div class="tiles">
      ${measures.map(
        (measure) =>
          html`<div class="panel">
            <h3>${measure.name}</h3>
            <p class="value">${inWords(measure)}</p>
            <p class="dim">${measure.basis}</p>
            <p class="dim small">${measure.how}</p>
          </div>`,
      )}
    </div>`;
}

function inWords({ value, unit }: Measure): string {
  if (value === undefined) return '–';
  switch (unit) {
    case 'per day':
      return value >= 1 || value === 0
        ? `${round(value)} a day`
        : value * 7 >= 1
          ? `${round(value * 7)} a week`
          : `${round(value * 30)} a month`;
    case 'ms':
      return formatDuration(value);
    case 'share':
      return `${round(value * 100)} %`;
  }
}

function round(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
