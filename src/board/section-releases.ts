import { html, type Html } from '../page/html.ts';
import { outcomeChip } from '../page/outcome.ts';
import { at, since } from '../page/time.ts';
import { kindOf, reached } from '../progress/words.ts';
import { formatDuration } from '../rollout/duration.ts';
import type { LedgerEntry } from '../rollout/lock/state.ts';
import type { LockView } from '../rollout/lock/view.ts';

const ROWS = 15;

/** The last releases that had the fleet, newest first, and what the lock noticed. */
export function releasesSection(lock: LockView | undefined, now: number): Html {
  const ledger = lock?.ledger ?? [];
  const good =
    lock?.lastKnownGood === undefined
      ? html`<p class="dim">No release has been verified yet.</p>`
      : html`<p>
          Last known good: <code>${lock.lastKnownGood.tag}</code>, verified ${at(lock.lastKnownGood.at)}
          (${since(lock.lastKnownGood.at, now)} ago)
        </p>`;
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="last releases">
    <table>
      <thead>
        <tr>
          <th>ended</th>
          <th>release</th>
          <th>outcome</th>
          <th>held the fleet</th>
          <th class="number">tenants</th>
          <th>kind, by</th>
          <th>reason</th>
        </tr>
      </thead>
      <tbody>
        ${ledger.slice(0, ROWS).map((entry) => row(entry, now))}
      </tbody>
    </table>
  </div>`;
  return html`${good}
  ${ledger.length === 0 ? html`<p class="dim">No release has had the fleet yet.</p>` : table}
  ${(lock?.oddities ?? [])
    .slice(0, 3)
    .map((odd) => html`<p class="dim">noticed ${at(odd.at)}: ${odd.what}</p>`)}`;
}

function row(entry: LedgerEntry, now: number): Html {
  return html`<tr>
    <td>${since(entry.endedAt, now)} ago</td>
    <td><code>${entry.tag}</code></td>
    <td>${outcomeChip(entry.outcome)}</td>
    <td>${formatDuration(entry.endedAt - entry.grantedAt)}</td>
    <td class="number">${reached(entry)}</td>
    <td>${kindOf(entry)}, ${entry.actor}</td>
    <td>${entry.reason}</td>
  </tr>`;
}
