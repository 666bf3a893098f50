import { isOutage, nameStragglers, type Tolerance } from './tolerance.ts';
import type { Straggler } from './tenants.ts';

/** What the final look at the whole fleet found. */
export interface FleetFacts {
  readonly total: number;
  readonly onTarget: number;
  readonly stragglers: readonly Straggler[];
  readonly counts: {
    readonly stale: number;
    readonly unreachable: number;
    readonly unhealthy: number;
    readonly missing: number;
  };
  readonly ahead?: { readonly sha: string; readonly slug: string };
}

export type FleetVerdict =
  | { readonly outcome: 'deployed'; readonly reason: string; readonly quarantined: readonly string[] }
  | { readonly outcome: 'superseded'; readonly reason: string; readonly by: string }
  | { readonly outcome: 'failed'; readonly reason: string };

/**
 * The verdict on the fleet: `deployed` only when every tenant, quarantined ones aside, is proven on the release.
 * A tenant ahead of the release means that somebody moved the fleet forward: superseded, never stale (I-02); but an
 * outage is one whoever caused it (I-17).
 */
export function judgeFleet(facts: FleetFacts, tolerance: Tolerance): FleetVerdict {
  const { stale, unreachable, unhealthy, missing } = facts.counts;
  const failing = stale + unreachable + unhealthy + missing;
  if (facts.total === 0) return { outcome: 'failed', reason: 'the fleet has no tenants any more' };
  if (isOutage(unreachable, facts.total))
    return {
      outcome: 'failed',
      reason: `${unreachable} of ${facts.total} tenants are unreachable: an outage, not stragglers (I-17)`,
    };
  if (facts.ahead !== undefined) {
    return {
      outcome: 'superseded',
      reason: `${facts.ahead.slug} was moved to ${facts.ahead.sha.slice(0, 7)}, which is newer, by somebody else`,
      by: facts.ahead.sha,
    };
  }
  const canary = facts.stragglers.find((straggler) => straggler.slug === tolerance.canary);
  if (canary !== undefined)
    return {
      outcome: 'failed',
      reason: `canary ${canary.slug} is ${canary.state}; the canary is never quarantined`,
    };
  if (failing > tolerance.maxStragglers && !tolerance.tolerant) {
    return {
      outcome: 'failed',
      reason: `${failing} stragglers, at most ${tolerance.maxStragglers} are quarantined: ${nameStragglers(facts.stragglers)}`,
    };
  }
  if (facts.onTarget + failing < facts.total)
    return {
      outcome: 'failed',
      reason: `${facts.total - facts.onTarget - failing} tenants are not accounted for`,
    };
  const quarantined = facts.stragglers.map((straggler) => straggler.slug);
  const aside = failing === 0 ? '' : `, ${failing} quarantined: ${nameStragglers(facts.stragglers)}`;
  return {
    outcome: 'deployed',
    reason: `${facts.onTarget} of ${facts.total} tenants answer the release${aside}`,
    quarantined,
  };
}
