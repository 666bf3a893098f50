import type { TenantFault } from '../faults/schema.ts';
import type { Strike } from '../faults/table.ts';
import type { JournalEntry } from '../journal.ts';
import { forTenant } from '../options.ts';
import type { World } from '../world.ts';
import type { RedeployRequest } from './request.ts';

/** One tenant of an answer, named as on the wire. */
export interface TenantResult {
  readonly slug: string;
  readonly phase: 'canary' | 'fleet';
  readonly ssm_status: 'Success' | 'Failed' | 'DryRun';
  readonly ssm_exit_code: number;
  readonly healthz_ok: boolean;
  readonly verified_on_target?: boolean;
  readonly error?: string;
}

/** One redeploy on its way: what it is for, who asked, and what strikes it. */
interface Rollout {
  readonly world: World;
  readonly entry: JournalEntry;
  readonly request: RedeployRequest;
  readonly strike: Strike;
  /** What the tag stands for: an image with its commit, a known release without an image, or nothing. */
  readonly image: { readonly sha: string } | 'not-published' | 'unknown';
}

/** The tenants a request speaks of, in fleet order; slugs nobody knows are skipped without a word. */
export function tenantsOf(world: World, request: RedeployRequest): string[] {
  const there = (slug: string): boolean => world.fleet.has(slug) && !world.faults.stands(slug, 'gone');
  if (request.only_slugs === undefined) return world.fleet.slugs().filter(there);
  return [...new Set(request.only_slugs)].filter(there);
}

/** Lists the rollout without touching anything. */
export function dryRun(world: World, request: RedeployRequest, strike: Strike): TenantResult[] {
  const leftOut = new Set(
    strike.tenants.filter((fault) => fault.kind === 'leave-out').map((fault) => fault.slug),
  );
  return tenantsOf(world, request)
    .filter((slug) => !leftOut.has(slug))
    .map((slug) => ({
      slug,
      phase: slug === request.canary_slug ? 'canary' : 'fleet',
      ssm_status: 'DryRun',
      ssm_exit_code: 0,
      healthz_ok: false,
    }));
}

/**
 * Really redeploys. With `only_slugs` all of them at once; without, the whole fleet as the server does it by
 * itself: canary, soak, batches, and everybody at once when the canary is not there (I-15).
 */
export async function redeploy(
  world: World,
  entry: JournalEntry,
  request: RedeployRequest,
  strike: Strike,
): Promise<TenantResult[]> {
  const image = world.registry.release(request.target_tag);
  const rollout: Rollout = { world, entry, request, strike, image };
  const slugs = tenantsOf(world, request);
  const canary = request.canary_slug;
  if (request.only_slugs !== undefined || canary === undefined || !slugs.includes(canary)) {
    return wave(rollout, slugs, 'fleet');
  }
  const results = await wave(rollout, [canary], 'canary');
  if (!results.every((result) => result.healthz_ok)) return results;
  await world.clock.sleep((request.soak_seconds ?? 0) * 1000);
  const rest = slugs.filter((slug) => slug !== canary);
  const size = request.batch_size ?? rest.length;
  for (let start = 0; start < rest.length; start += size) {
    results.push(...(await wave(rollout, rest.slice(start, start + size), 'fleet')));
    if (results.filter((result) => !result.healthz_ok).length > (request.max_stragglers ?? 0)) break;
  }
  return results;
}

/** Tenants in parallel: each is swapped when its own time is over, the answer waits for the slowest. */
async function wave(
  rollout: Rollout,
  slugs: readonly string[],
  phase: 'canary' | 'fleet',
): Promise<TenantResult[]> {
  const { world, strike } = rollout;
  const byTime = new Map<number, string[]>();
  for (const slug of slugs) {
    const ms = forTenant(world.settings.perTenantMs, slug) + (strike.slowTenants.get(slug) ?? 0);
    const together = byTime.get(ms);
    if (together === undefined) byTime.set(ms, [slug]);
    else together.push(slug);
  }
  const faults = faultsBySlug(strike);
  const results = new Map<string, TenantResult>();
  const swap = async (ms: number, together: readonly string[]): Promise<void> => {
    await world.clock.sleep(ms);
    for (const slug of together) {
      const result = redeployOne(rollout, slug, phase, faults(slug));
      if (result !== undefined) results.set(slug, result);
    }
  };
  await Promise.all([...byTime].map(([ms, together]) => swap(ms, together)));
  return slugs.flatMap((slug) => results.get(slug) ?? []);
}

function faultsBySlug(strike: Strike): (slug: string) => readonly TenantFault[] {
  if (strike.tenants.length === 0) return () => [];
  return (slug) => strike.tenants.filter((fault) => fault.slug === undefined || fault.slug === slug);
}

/** Redeploys one tenant; nothing for one that is left out or was torn down while it waited. */
function redeployOne(
  { world, entry, image }: Rollout,
  slug: string,
  phase: 'canary' | 'fleet',
  faults: readonly TenantFault[],
): TenantResult | undefined {
  const tenant = world.fleet.get(slug);
  if (tenant === undefined || faults.some((fault) => fault.kind === 'leave-out')) return undefined;
  const { plant, settleMs, oldControlPlane } = world.settings;
  const result = (ok: boolean, more: Partial<TenantResult>): TenantResult => ({
    slug,
    phase,
    ssm_status: ok ? 'Success' : 'Failed',
    ssm_exit_code: ok ? 0 : 1,
    healthz_ok: ok,
    ...(oldControlPlane ? {} : { verified_on_target: ok }),
    ...more,
  });
  const failed = (error: string): TenantResult =>
    result(false, { error: plant === undefined ? error : `${error} (${plant})` });
  const swapTo = (sha: string, settle: number): void => {
    world.fleet.move(slug, sha, settle, entry.seq);
    entry.effect = true;
    (entry.touched ??= []).push(slug);
  };

  const rejected = faults.find((fault) => fault.kind === 'reject');
  if (rejected?.kind === 'reject') return failed(rejected.error ?? 'ssm: the command failed');
  if (image === 'unknown') return failed(`manifest unknown: no image for the tag`);
  let stale = faults.find((fault) => fault.kind === 'stale-success');
  // The tag was not visible yet, so the tenant came up again on the image it had (I-20).
  if (image === 'not-published') stale ??= { where: 'control-plane', kind: 'stale-success' };
  if (stale?.kind === 'stale-success') {
    if (oldControlPlane || stale.verifiedOnTarget === null) {
      const { verified_on_target: _, ...rest } = result(true, {});
      return rest;
    }
    return result(true, { verified_on_target: stale.verifiedOnTarget ?? true });
  }
  if (image !== 'not-published') swapTo(image.sha, forTenant(settleMs, slug));
  const unhealthy =
    faults.some((fault) => fault.kind === 'unhealthy') || world.faults.stands(slug, 'unhealthy');
  tenant.healthy = !unhealthy;
  for (const fault of faults) {
    if (fault.kind === 'moved') swapTo(fault.sha, 0);
    if (fault.kind === 'dev-build') swapTo('dev', 0);
    if (fault.kind === 'gone') world.fleet.remove(slug);
  }
  return result(true, unhealthy ? { healthz_ok: false, error: plant ?? 'healthz did not settle' } : {});
}
