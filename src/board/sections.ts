import { html, type Content, type Html } from '../page/html.ts';
import { at, since, until, utc } from '../page/time.ts';
import { COMMAND_MEANINGS, kindOf, named, PHASE_TITLES, releaseOf } from '../progress/words.ts';
import type { Holder, LockState } from '../rollout/lock/state.ts';
import type { LockView, QueueEntry } from '../rollout/lock/view.ts';
import type { DeployStatus } from '../workflows/status.ts';
import type { EarlyDeploy } from './data.ts';
import type { BoardState } from './feed.ts';
import { headlineOf } from './headline.ts';
import { doraSection } from './section-dora.ts';
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
    holds: lock === undefined ? html`` : holdsSection(lock, now),
    queue: queueSection(lock, data?.early ?? [], now),
    releases: releasesSection(lock),
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

function holderSection(
  holder: Holder,
  status: DeployStatus | undefined,
  silent: string | undefined,
  now: number,
): Html {
  const facts = (more: Content): Html =>
    html`<dl class="facts">
      <dt>holds the fleet</dt>
      <dd>for ${since(holder.grantedAt, now)}, epoch ${holder.epoch}, ${holder.actor}</dd>
      ${
        holder.reason === ''
          ? ''
          : html`<dt>reason</dt>
              <dd>${holder.reason}</dd>`
      }
      ${more}
    </dl>`;
  if (status === undefined)
    return html`<div class="panel warn">
      <p>${holder.tag} holds the fleet${silent === undefined ? '' : html`, but ${silent}`}.</p>
      ${facts('')}
    </div>`;
  const { tenants, stragglers, halted } = status;
  return html`${halted === undefined ? '' : haltSection(status, now)}
    <div class="panel">
      <p>
        <strong>${PHASE_TITLES[status.phase]}</strong> for ${since(status.phaseSince, now)}: ${status.detail}
        ${status.soakUntil === undefined ? '' : html`(${until(status.soakUntil, now)} of soak left)`}
      </p>
      <progress
        aria-label="tenants on the release"
        max="${Math.max(1, tenants.total)}"
        value="${tenants.onRelease.count}"
      ></progress>
      <p>
        <span class="good">${tenants.onRelease.count} on the release</span> · ${tenants.onFormer.count} on
        what they ran before · ${tenants.unknown.count} unknown · ${tenants.total} in all
      </p>
      ${
        stragglers.length === 0
          ? ''
          : html`<p class="bad">
              Stragglers:
              ${stragglers
                .slice(0, 20)
                .map(({ slug, state }) => `${slug} (${state})`)
                .join(', ')}${stragglers.length > 20 ? ` and ${stragglers.length - 20} more` : ''}
            </p>`
      }
      ${status.warnings
        .filter((warning) => !warning.startsWith('straggler '))
        .slice(-5)
        .map((warning) => html`<p class="warn">${warning}</p>`)}
      ${facts(
        html`<dt>release</dt>
          <dd><code>${releaseOf(status)}</code>, ${kindOf(status)}, <code>${status.sha}</code></dd>`,
      )}
    </div>`;
}

function haltSection({ halted, tenants, inFlight, next }: DeployStatus, now: number): Html {
  return html`<div class="panel bad">
    <p>
      <strong>HALTED</strong> by ${halted?.actor} ${since(halted?.at ?? now, now)} ago:
      <strong>${halted?.reason}</strong>
    </p>
    <p>
      On the release: ${named(tenants.onRelease)}. On what they ran before: ${named(tenants.onFormer)}.
      Unknown: ${named(tenants.unknown)}.
    </p>
    <p>
      ${
        inFlight === null
          ? 'No call is out, and none will start.'
          : `Wave ${inFlight.wave} is still out and waited for; no other call will start.`
      }
      The deploy keeps the fleet and waits for one of:
    </p>
    <ul>
      ${next.map((name) => html`<li><code>greenlane ${name} --reason "…"</code>: ${COMMAND_MEANINGS[name]}</li>`)}
    </ul>
  </div>`;
}

function holdsSection(lock: LockView, now: number): Html {
  const { pin, freeze, closures } = lock;
  const soon = closures.filter((closure) => closure.from <= now || now === 0).slice(0, 3);
  return html`${
    pin === undefined
      ? ''
      : html`<div class="panel warn">
          <strong>Pinned to ${pin.tag}</strong> by ${pin.actor} for ${since(pin.at, now)}: ${pin.reason}. Auto
          deploys of any other tag wait. <code>greenlane unpin --reason "…"</code>
        </div>`
  }
  ${freeze === undefined ? '' : freezePanel(freeze, now)}
  ${soon.map(
    (closure) =>
      html`<div class="panel calm">
        <strong>Freeze window ${closure.name}</strong>: ${utc(closure.from)} to ${utc(closure.to)}. Auto
        deploys wait.
      </div>`,
  )}`;
}

function freezePanel(freeze: NonNullable<LockState['freeze']>, now: number): Html {
  return html`<div class="panel warn">
    <strong>Frozen</strong> by ${freeze.actor} for
    ${since(freeze.at, now)}${
      freeze.until === undefined ? ', until somebody lifts it' : html`, until ${at(freeze.until)}`
    }:
    ${freeze.reason}. All auto deploys wait. <code>greenlane unfreeze --reason "…"</code>
  </div>`;
}

function queueSection(lock: LockView | undefined, early: readonly EarlyDeploy[], now: number): Html {
  const queue = lock?.queue ?? [];
  const more = (lock?.waiting ?? 0) - queue.length;
  const row = (entry: QueueEntry): Html =>
    html`<tr>
      <td class="number">${entry.position}</td>
      <td><code>${entry.tag}</code>${entry.urgent ? html` <span class="chip bad">urgent</span>` : ''}</td>
      <td>${kindOf(entry)}, ${entry.actor}</td>
      <td>${since(entry.readyAt, now)}</td>
      <td>${entry.why}</td>
      <td>${entry.expectedAt === undefined ? 'no estimate' : at(entry.expectedAt)}</td>
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
                  <code>${deploy.workflowId}</code>: ${deploy.phase ?? 'running'}, begun
                  ${since(deploy.startedAt, now)} ago
                </li>`,
            )}
          </ul>`
  }`;
}
