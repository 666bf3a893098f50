import { html, type Content, type Html } from '../page/html.ts';
import { since, until } from '../page/time.ts';
import { COMMAND_MEANINGS, kindOf, named, PHASE_TITLES, releaseOf } from '../progress/words.ts';
import type { Holder } from '../rollout/lock/state.ts';
import type { DeployStatus } from '../workflows/status.ts';

/** The deploy that holds the fleet: how far it is, what is wrong, and, when it is halted, what can be done. */
export function holderSection(
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
      ${
        halted === undefined
          ? html`<p>
              <strong>${PHASE_TITLES[status.phase]}</strong> for ${since(status.phaseSince, now)}:
              ${status.detail}
              ${
                status.phase === 'soak' && status.soakUntil !== undefined
                  ? html`(${until(status.soakUntil, now)} of soak left)`
                  : ''
              }
            </p>`
          : ''
      }
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
