/**
 * What tenants ran before a deploy touched them, small enough to carry through ten thousand waves: runs over the
 * sorted slugs. A fleet that ran one release is one run, whatever its size.
 */
export interface FormerRun {
  /** First and last slug of the run, in code-unit order. */
  readonly from: string;
  readonly to: string;
  /** Full SHA it ran; null when it could not be told. */
  readonly sha: string | null;
}

/** More runs than this are not carried: the rest counts as unknown, and a rollback says so. */
export const MAX_RUNS = 2_000;

/** Slugs in code-unit order: the one order of waves, cursors and runs. */
export function bySlug(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Appends what was observed of tenants beyond the last run; `observed` is sorted by slug. */
export function recordFormer(runs: readonly FormerRun[], observed: Iterable<readonly [slug: string, sha: string | null]>): FormerRun[] {
  const result = [...runs];
  for (const [slug, sha] of observed) {
    const last = result.at(-1);
    if (last !== undefined && last.sha === sha) result[result.length - 1] = { ...last, to: slug };
    else if (result.length < MAX_RUNS) result.push({ from: slug, to: slug, sha });
    else if (last !== undefined) result[result.length - 1] = { ...last, to: slug, sha: null };
  }
  return result;
}

/** Full SHA the tenant ran before; null when nobody knows; undefined when it was never looked at. */
export function formerOf(runs: readonly FormerRun[], slug: string): string | null | undefined {
  let low = 0;
  let high = runs.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const run = runs[middle] as FormerRun;
    if (slug < run.from) high = middle - 1;
    else if (slug > run.to) low = middle + 1;
    else return run.sha;
  }
  return undefined;
}

/** The SHA of the longest stretch of runs, for people: what the fleet mostly ran. */
export function commonFormer(runs: readonly FormerRun[]): string | null {
  const known = runs.filter((run) => run.sha !== null);
  return known.length === 0 ? null : ([...known].sort((a, b) => weight(b) - weight(a))[0]?.sha ?? null);

  function weight(run: FormerRun): number {
    return run.from === run.to ? 1 : 2;
  }
}
