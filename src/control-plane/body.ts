/** What one redeploy call is to do, in Greenlane's words. */
export interface Redeploy {
  readonly targetTag: string;
  /** The tenants of this call; absent in the plan, which speaks of the whole fleet. */
  readonly slugs?: readonly string[];
  readonly canary?: string;
  readonly soakSeconds: number;
  readonly batchSize: number;
  readonly maxStragglers?: number;
  readonly dryRun: boolean;
}

/** The body of `redeploy-fleet` (contracts: control plane). */
export interface RedeployBody {
  readonly target_tag: string;
  readonly canary_slug?: string;
  readonly soak_seconds: number;
  readonly batch_size: number;
  readonly max_stragglers?: number;
  readonly dry_run: boolean;
  readonly confirm: true;
  readonly only_slugs?: readonly string[];
}

/** The body in the order `plan` prints it. Loads nothing, so that `plan` starts at once. */
export function redeployBody(redeploy: Redeploy): RedeployBody {
  const { targetTag, slugs, canary, soakSeconds, batchSize, maxStragglers, dryRun } = redeploy;
  return {
    target_tag: targetTag,
    ...(canary === undefined ? {} : { canary_slug: canary }),
    soak_seconds: soakSeconds,
    batch_size: batchSize,
    ...(maxStragglers === undefined ? {} : { max_stragglers: maxStragglers }),
    dry_run: dryRun,
    confirm: true,
    ...(slugs === undefined ? {} : { only_slugs: [...slugs] }),
  };
}
