import { sameSha } from './sha.ts';

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
  /** Tenants in the run when they were looked at. */
  readonly count: number;
}

/** More runs than this are not carried: the rest counts as unknown, and a rollback says so. */
export const MAX_RUNS = 1_000;

/** Slugs in code-unit order: the one order of waves, cursors and runs. */
export function bySlug(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Runs of what was observed of tenants; `observed` is sorted by slug. */
export function runsOf(observed: Iterable<readonly [slug: string, sha: string | null]>): FormerRun[] {
  const runs: FormerRun[] = [];
  for (const [slug, sha] of observed) runs.push({ from: slug, to: slug, sha, count: 1 });
  return joinRuns([], runs);
}

/** Joins the runs of a section to those before it. */
export function joinRuns(runs: readonly FormerRun[], more: readonly FormerRun[]): FormerRun[] {
  const result = [...runs];
  for (const run of more) {
    const last = result.at(-1);
    const known = result.length < MAX_RUNS;
    if (last !== undefined && (last.sha === run.sha || !known)) {
      result[result.length - 1] = {
        from: last.from,
        to: run.to,
        sha: last.sha === run.sha ? last.sha : null,
        count: last.count + run.count,
      };
    } else result.push(run);
  }
  return result;
}

/** What was observed, completed behind its end by what an earlier attempt had observed there. */
export function completeRuns(runs: readonly FormerRun[], earlier: readonly FormerRun[]): FormerRun[] {
  const end = runs.at(-1)?.to;
  return joinRuns(runs, end === undefined ? earlier : earlier.filter((run) => bySlug(run.from, end) > 0));
}

/** The later of two slugs. */
export function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return bySlug(a, b) < 0 ? b : a;
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

/** The SHA that most tenants ran before, not counting those that ran `release` already; null when none is known. */
export function commonFormer(runs: readonly FormerRun[], release: string): string | null {
  const counts = new Map<string, number>();
  for (const { sha, count } of runs)
    if (sha !== null && !sameSha(sha, release)) counts.set(sha, (counts.get(sha) ?? 0) + count);
  const most = [...counts].sort((a, b) => b[1] - a[1])[0];
  return most === undefined ? null : most[0];
}
