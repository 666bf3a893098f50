import { bySlug } from '../rollout/former.ts';
import type { RunFacts } from './facts.ts';
import * as schemas from './schemas.ts';

/** What a tenant was found to be when the history ends. */
export type TenantState =
  | 'release'
  | 'quarantined'
  | 'stale'
  | 'unreachable'
  | 'unhealthy'
  | 'missing'
  | 'unknown'
  | 'former'
  | 'back'
  | 'gone';

/** States of a tenant that is not where it should be. */
export const ASTRAY: ReadonlySet<TenantState> = new Set([
  'quarantined',
  'stale',
  'unreachable',
  'unhealthy',
  'missing',
  'unknown',
]);

/** The fleet at the end of a history: tenants by name as far as it names them. */
export interface Fleet {
  readonly total: number;
  readonly onRelease: number;
  /** Tenants that ran the release before and needed no call; histories carry their number, not their names. */
  readonly already: number;
  /** In the order of slugs. */
  readonly named: readonly { readonly slug: string; readonly state: TenantState }[];
}

type States = Map<string, TenantState>;

/** Follows every tenant through the surveys, waves and checks of a chain of runs, the oldest first. */
export function fleetOf(runs: readonly RunFacts[], result: schemas.Result | undefined): Fleet {
  const states: States = new Map();
  let total = 0;
  let already = 0;
  let verified: number | undefined;
  const carried = schemas.input.safeParse(runs[0]?.input).data?.carried;
  if (carried !== undefined) {
    total = carried.total;
    already = carried.alreadyOnTarget;
    takeCarried(states, carried);
  }
  for (const { activities } of runs) {
    const canary = canaryOf(activities, carried?.settings);
    for (const activity of activities) {
      switch (activity.type) {
        case 'survey': {
          const found = schemas.survey.safeParse(activity.result).data;
          if (found === undefined) break;
          if (isBack(activity.input)) {
            // Turning back begins anew: a straggler of the way forward may be where it was all the time.
            for (const [slug, state] of states) if (ASTRAY.has(state)) states.set(slug, 'unknown');
            break;
          }
          total = found.total;
          already += found.alreadyOnTarget;
          for (const slug of found.slugs) if (!states.has(slug)) states.set(slug, 'former');
          if (canary !== undefined && found.canary?.listed === true && !states.has(canary))
            states.set(canary, found.canary.onTarget ? 'release' : 'former');
          break;
        }
        case 'rollWave':
          takeWave(states, activity);
          break;
        case 'verifyFleet': {
          const found = schemas.verification.safeParse(activity.result).data;
          if (found === undefined) break;
          total = found.total;
          verified = found.onTarget;
          takeVerification(states, found);
          break;
        }
      }
    }
  }
  if (result?.outcome === 'rolled_back')
    for (const [slug, state] of states)
      if (state === 'release' || state === 'unknown') states.set(slug, 'back');
  for (const slug of result?.tenants.quarantined ?? []) states.set(slug, 'quarantined');
  const named = [...states].map(([slug, state]) => ({ slug, state })).sort((a, b) => bySlug(a.slug, b.slug));
  const onRelease = named.filter(({ state }) => state === 'release').length;
  return {
    named,
    already,
    total: Math.max(total, result?.tenants.total ?? 0),
    onRelease:
      verified ??
      (result?.outcome === 'rolled_back' ? onRelease : (result?.tenants.onTarget ?? onRelease + already)),
  };
}

function takeCarried(
  states: States,
  { section, stragglers, direction }: NonNullable<schemas.Input['carried']>,
): void {
  if (section !== undefined && direction === 'forward')
    section.slugs.forEach((slug, index) => states.set(slug, index < section.at ? 'release' : 'former'));
  for (const { slug, state } of stragglers) states.set(slug, state);
}

function takeWave(states: States, { input, result, end }: RunFacts['activities'][number]): void {
  const wave = schemas.waveInput.safeParse(input).data;
  if (wave === undefined) return;
  const good: TenantState = isBackScope(wave.scope) ? 'back' : 'release';
  const found = schemas.waveResult.safeParse(result).data;
  if (found === undefined) {
    // Called back before it sent, or nobody knows what it did.
    if (end !== 'canceled') for (const slug of wave.slugs) states.set(slug, 'unknown');
    return;
  }
  const proven = new Set(Array.isArray(found.onTarget) ? found.onTarget : []);
  for (const slug of wave.slugs) {
    if (found.kind === 'rolled' || proven.has(slug)) states.set(slug, good);
    else if (found.calls > 0) states.set(slug, 'unknown');
  }
  for (const { slug, state } of found.stragglers) states.set(slug, state);
  for (const slug of found.gone) states.set(slug, 'gone');
}

/** The last look at the whole fleet decides about everybody it names, and about all others when it names all. */
function takeVerification(states: States, found: schemas.Verification): void {
  const counted = Object.values(found.counts).reduce((sum, one) => sum + one, 0);
  if (counted <= found.stragglers.length)
    for (const [slug, state] of states) if (state !== 'gone') states.set(slug, 'release');
  for (const { slug, state } of found.stragglers) states.set(slug, state);
  for (const slug of found.gone) states.set(slug, 'gone');
}

function canaryOf(
  activities: RunFacts['activities'],
  known: schemas.Settings | undefined,
): string | undefined {
  const prepared = activities.find(({ type }) => type === 'prepare')?.result;
  return schemas.settings.safeParse(prepared).data?.canary ?? known?.canary;
}

function isBack(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'back' in input && input.back !== undefined;
}

/** Scope of the waves that take tenants back (src/workflows/roll-back.ts). */
export function isBackScope(scope: string): boolean {
  return scope.startsWith('back-');
}
