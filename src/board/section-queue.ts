import { html, type Content, type Html } from '../page/html.ts';
import { since, until } from '../page/time.ts';
import { kindOf } from '../progress/words.ts';
import type { LockView, QueueEntry } from '../rollout/lock/view.ts';
import type { EarlyDeploy } from '../client/early.ts';

/** Who waits and why, in order; then the deploys that have not asked for the fleet yet. */
export function queueSection(
  lock: LockView | undefined,
  early: readonly EarlyDeploy[],
  halted: boolean,
  now: number,
): Html {
  const queue = lock?.queue ?? [];
  const more = (lock?.waiting ?? 0) - queue.length;
  const row = (entry: QueueEntry): Html =>
    html`<tr>
      <td class="number">${entry.position}</td>
      <td><code>${entry.tag}</code>${entry.urgent ? html` <span class="chip bad">urgent</span>` : ''}</td>
      <td>${kindOf(entry)}, ${entry.actor}</td>
      <td>${since(entry.readyAt, now)}</td>
      <td>${entry.why}</td>
      <td>${expected(entry, halted, now)}</td>
    </tr>`;
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="queue">
    <table>
      <thead>
        <tr>
          <th class="number">#</th>
          <th>release</th>
          <th>kind, by</th>
          <th>waits for</th>
          <th>why</th>
          <th>expected</th>
        </tr>
      </thead>
      <tbody>
        ${queue.map(row)}
      </tbody>
    </table>
  </div>`;
  return html`${queue.length === 0 ? html`<p class="dim">Nobody waits for the fleet.</p>` : table}
  ${more > 0 ? html`<p class="dim">and ${more} more</p>` : ''}
  ${
    early.length === 0
      ? ''
      : html`<h3>Not in the queue yet</h3>
          <ul>
            ${early.map(
              (deploy) =>
                html`<li>
                  <code>${short(deploy.workflowId)}</code>: ${deploy.phase ?? 'running'}, begun
                  ${since(deploy.startedAt, now)} ago
                </li>`,
            )}
          </ul>`
  }`;
}

/** A workflow id with its SHA cut to seven digits. */
function short(workflowId: string): string {
  return workflowId.replace(/([0-9a-f]{7})[0-9a-f]{33}/, '$1');
}

/** Past deploys tell nothing of how long somebody will think: a halted holder makes every estimate void. */
function expected({ expectedAt }: QueueEntry, halted: boolean, now: number): Content {
  if (halted) return 'when the halt is over';
  return expectedAt === undefined ? 'no estimate' : html`in ${until(expectedAt, now)}`;
}
