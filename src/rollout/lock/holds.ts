import type { Closure, Entry, LockState } from './state.ts';

/** Why an entry may not be granted now although the fleet is free, and when that may change (ms since the epoch). */
export interface Hold {
  readonly why: string;
  readonly until?: number;
}

/**
 * The hold that stands against an entry. Holds are for auto deploys: a manual deploy or a rollback is somebody's
 * decision and passes. A pin lets its own tag through; `--urgent` passes a window, never a pin or a freeze.
 */
export function holdOn(
  state: LockState,
  entry: Pick<Entry, 'kind' | 'tag' | 'urgent'>,
  now: number,
): Hold | undefined {
  if (entry.kind !== 'auto') return undefined;
  const { pin, freeze } = state;
  if (pin !== undefined && pin.tag !== entry.tag)
    return { why: `pinned to ${pin.tag} by ${pin.actor}: ${pin.reason}` };
  if (freeze !== undefined && (freeze.until === undefined || freeze.until > now)) {
    return {
      why: `frozen by ${freeze.actor}: ${freeze.reason}`,
      ...(freeze.until === undefined ? {} : { until: freeze.until }),
    };
  }
  const closure = entry.urgent ? undefined : closureAt(state.closures, now);
  return closure === undefined ? undefined : { why: closure.name, until: closure.to };
}

/** The window that is closed at `now`, with adjoining ones joined, so that `to` is when it really opens. */
function closureAt(closures: readonly Closure[], now: number): Closure | undefined {
  const first = closures.find((closure) => closure.from <= now && now < closure.to);
  if (first === undefined) return undefined;
  let to = first.to;
  for (let next = following(to); next !== undefined; next = following(to)) to = next.to;
  return { ...first, to };

  function following(at: number): Closure | undefined {
    return closures.find((closure) => closure.from <= at && closure.to > at);
  }
}

/** The next time a hold ends by itself or a window opens or closes; undefined when nothing is due. */
export function nextChange(state: LockState, now: number): number | undefined {
  const times = [state.freeze?.until, ...state.closures.flatMap((closure) => [closure.from, closure.to])];
  const due = times.filter((time): time is number => time !== undefined && time > now);
  return due.length === 0 ? undefined : Math.min(...due);
}
