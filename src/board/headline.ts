import { releaseOf } from '../progress/words.ts';
import type { Tone } from '../page/outcome.ts';
import { unfinished } from '../rollout/lock/unfinished.ts';
import type { DeployStatus } from '../workflows/status.ts';
import type { BoardState } from './feed.ts';

export interface Headline {
  readonly tone: Tone;
  /** One sentence that is understood from across the room. */
  readonly text: string;
}

/** The board in one sentence: what runs on the fleet, or what stops it. */
export function headlineOf({ fleet, data }: BoardState): Headline {
  if (data === undefined) return { tone: 'warn', text: `${fleet}: nothing is known yet` };
  const { lock, holder } = data;
  if (lock.requests === 0 && lock.holder === undefined)
    return { tone: 'calm', text: `${fleet}: no deploy has asked for this fleet yet` };
  if (holder?.status !== undefined) return ofDeploy(fleet, holder.status);
  if (lock.holder !== undefined)
    return { tone: 'warn', text: `${fleet}: ${lock.holder.tag} holds the fleet, and does not answer` };
  const between = unfinished(lock);
  if (between !== undefined)
    return {
      tone: 'bad',
      text: `${fleet}: free, but ${between.entry.tag} ended ${between.entry.outcome}: ${between.left}`,
    };
  const runs = lock.lastKnownGood === undefined ? '' : `, runs ${lock.lastKnownGood.tag}`;
  if (lock.pin !== undefined) return { tone: 'warn', text: `${fleet}: pinned to ${lock.pin.tag}` };
  if (lock.freeze !== undefined && (lock.freeze.until ?? Infinity) > data.at)
    return { tone: 'warn', text: `${fleet}: frozen${runs}` };
  const waiting = lock.waiting === 0 ? '' : `; ${lock.waiting} waiting`;
  return { tone: 'good', text: `${fleet}: free${runs}${waiting}` };
}

function ofDeploy(fleet: string, status: DeployStatus): Headline {
  const release = releaseOf(status);
  const { phase, wave, waves, tenants } = status;
  const count = `${tenants.onRelease.count} of ${tenants.total} tenants`;
  switch (phase) {
    case 'halted':
      return { tone: 'bad', text: `${fleet}: ${release} is HALTED with ${count} on it` };
    case 'rolling_back':
      return { tone: 'warn', text: `${fleet}: rolling back ${release}` };
    case 'canary':
      return { tone: 'calm', text: `${fleet}: ${release} is on its canary` };
    case 'waves':
    case 'soak':
      return {
        tone: 'calm',
        text: `${fleet}: ${release} rolls out, ${wave} of about ${waves} waves, ${count}`,
      };
    case 'verify':
      return { tone: 'calm', text: `${fleet}: verifying ${release} on ${tenants.total} tenants` };
    default:
      return { tone: 'calm', text: `${fleet}: ${release} holds the fleet (${phase})` };
  }
}
