import type { GateRowState } from '../rollout/gates.ts';
import { currentRows } from '../rollout/gates.ts';
import type { StatusRow } from './forge.ts';

/** A check run as a status row, with the suite (one run of one workflow) it belongs to. */
export interface CheckRow extends StatusRow {
  readonly suite: number;
}

/**
 * One list of rows from GitHub's two kinds, whose ids are not comparable. Of check runs the newest of each
 * suite counts (a re-run replaces a run), and of several workflows with a job of the same name the worst. A
 * context that is reported both as a status and as a check run keeps the worse of the two: none of them is
 * hidden by the other (fail closed).
 */
export function mergedRows(statuses: readonly StatusRow[], checks: readonly CheckRow[]): StatusRow[] {
  const bySuite = new Map<string, CheckRow>();
  for (const check of checks) {
    const key = `${check.suite}/${check.context}`;
    const known = bySuite.get(key);
    if (known === undefined || check.id > known.id) bySuite.set(key, check);
  }
  const byContext = new Map<string, StatusRow>();
  for (const { suite: _, ...row } of bySuite.values()) {
    const known = byContext.get(row.context);
    if (known === undefined || severity(row.state) > severity(known.state)) byContext.set(row.context, row);
  }
  const current = currentRows(statuses);
  for (const [context, check] of byContext) {
    const status = current.get(context);
    if (status !== undefined && severity(status.state) >= severity(check.state)) byContext.delete(context);
  }
  return [...statuses.filter((row) => !byContext.has(row.context)), ...byContext.values()];
}

function severity(state: GateRowState): number {
  if (state === 'success') return 0;
  return state === 'pending' || state === 'unknown' || state === 'warning' ? 1 : 2;
}
