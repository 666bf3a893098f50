import type { Straggler } from './tenants.ts';

export interface Tolerance {
  /** Stragglers that are quarantined instead of failing the deploy (I-12). */
  readonly maxStragglers: number;
  readonly canary: string;
  /** Stragglers only warn; never so for a production fleet. The canary still counts. */
  readonly tolerant: boolean;
}

/** Why these stragglers fail the deploy; undefined while they are within the tolerance. */
export function failureOf(stragglers: readonly Straggler[], tolerance: Tolerance): string | undefined {
  const canary = stragglers.find((straggler) => straggler.slug === tolerance.canary);
  if (canary !== undefined)
    return `canary ${canary.slug} is ${canary.state}; the canary is never quarantined`;
  if (tolerance.tolerant || stragglers.length <= tolerance.maxStragglers) return undefined;
  return `${stragglers.length} stragglers, at most ${tolerance.maxStragglers} are quarantined: ${nameStragglers(stragglers)}`;
}

/** `acme (stale), zeta (unreachable)`; the first ten by name. */
export function nameStragglers(stragglers: readonly Straggler[], most = 10): string {
  const named = stragglers.slice(0, most).map((straggler) => `${straggler.slug} (${straggler.state})`);
  return stragglers.length > most
    ? `${named.join(', ')} and ${stragglers.length - most} more`
    : named.join(', ');
}

/** Half the fleet or more unreachable is an outage, not stragglers (I-17). */
export function isOutage(unreachable: number, total: number): boolean {
  return total > 0 && unreachable * 2 >= total;
}
