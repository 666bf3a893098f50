/** What a tenant was found to be. `onTarget` is the only proof (I-14); everything else is a straggler or gone. */
export type TenantState = 'onTarget' | 'stale' | 'unreachable' | 'unhealthy' | 'missing' | 'gone' | 'ahead';

/** States of a tenant that is not proven on the release. */
export type StragglerState = Exclude<TenantState, 'onTarget' | 'gone' | 'ahead'>;

export interface Straggler {
  readonly slug: string;
  readonly state: StragglerState;
  /** SHA it answered, when it answered one. */
  readonly sha?: string;
  /** Wave in which it was noticed; 0 is the canary. */
  readonly wave?: number;
}

/** What the control plane said of a tenant it was asked for. None of it proves a swap; `unhealthy` does count. */
export type ReportedHealth = 'ok' | 'unhealthy' | 'unknown';

/** What a tenant's `/buildinfo` said. */
export type Answer =
  | { readonly kind: 'sha'; readonly sha: string }
  | { readonly kind: 'dev' | 'unreachable' | 'unreadable'; readonly why: string };

/** All that is known of one tenant after a call. */
export interface Facts {
  readonly answer: Answer;
  /** Whether the answered SHA is the release, an ancestor or unrelated, or ahead of it. */
  readonly relation: 'target' | 'other' | 'ahead';
  readonly health: ReportedHealth;
  /** Whether the call's results named the tenant; undefined when no answer was readable. */
  readonly inResults?: boolean;
}

/**
 * The verdict on one tenant: never better than the worst fact it saw.
 * A tenant on the release that the control plane called unhealthy is unhealthy; one that was left out of the
 * results is `missing` unless it proves the release itself (I-13).
 */
export function judgeTenant(facts: Facts): TenantState {
  switch (facts.answer.kind) {
    case 'unreachable':
      return facts.inResults === false ? 'missing' : 'unreachable';
    case 'dev':
    case 'unreadable':
      return facts.health === 'unhealthy' ? 'unhealthy' : 'stale';
    case 'sha':
      if (facts.relation === 'ahead') return 'ahead';
      if (facts.health === 'unhealthy') return 'unhealthy';
      if (facts.relation === 'target') return 'onTarget';
      return facts.inResults === false ? 'missing' : 'stale';
  }
}

/** Names per state for people and `--json`; slugs sorted. */
export function byState(stragglers: readonly Straggler[], state: StragglerState): string[] {
  return stragglers
    .filter((straggler) => straggler.state === state)
    .map((straggler) => straggler.slug)
    .sort();
}
