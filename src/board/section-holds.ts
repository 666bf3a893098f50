import { html, type Html } from '../page/html.ts';
import { at, since, utc } from '../page/time.ts';
import type { LockState } from '../rollout/lock/state.ts';
import type { LockView } from '../rollout/lock/view.ts';

/**
 * What auto deploys wait behind: pin, freeze, and a freeze window that is on; each with how to lift it. `readAt` is
 * when the lock was read: what had ended by then is not shown.
 */
export function holdsSection(lock: LockView, readAt: number, now: number): Html {
  const { pin, closures } = lock;
  const freeze = (lock.freeze?.until ?? Infinity) > readAt ? lock.freeze : undefined;
  const closed = closures.filter(({ from, to }) => from <= readAt && readAt < to);
  return html`${
    pin === undefined
      ? ''
      : html`<div class="panel warn">
          <strong>Pinned to ${pin.tag}</strong> by ${pin.actor} for ${since(pin.at, now)}: ${pin.reason}. Auto
          deploys of any other tag wait. <code>greenlane unpin --reason "…"</code>
        </div>`
  }
  ${freeze === undefined ? '' : freezePanel(freeze, now)}
  ${closed.map(
    (closure) =>
      html`<div class="panel calm">
        <strong>${closure.name}</strong>: ${utc(closure.from)} to ${utc(closure.to)}. Auto deploys wait.
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
