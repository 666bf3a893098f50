import type { GateRowState } from '../rollout/gates.ts';

const states: ReadonlyMap<string, GateRowState> = new Map(
  Object.entries<GateRowState>({
    success: 'success',
    pending: 'pending',
    failure: 'failure',
    error: 'error',
    cancelled: 'cancelled',
    canceled: 'cancelled',
    skipped: 'skipped',
    warning: 'warning',
  }),
);

/**
 * The state of a status row. Up to Gitea 1.24 a skipped job is posted as `success` and a cancelled one as
 * `failure`; only the description tells (I-06), so it wins over whatever the state says.
 */
export function statusState(state: string, description: string): GateRowState {
  const said = /^has been (skipped|cancell?ed)\.?$/i.exec(description.trim())?.[1]?.toLowerCase();
  return states.get(said ?? state.trim().toLowerCase()) ?? 'unknown';
}

const conclusions: ReadonlyMap<string, GateRowState> = new Map(
  Object.entries<GateRowState>({
    success: 'success',
    failure: 'failure',
    timed_out: 'failure',
    startup_failure: 'failure',
    cancelled: 'cancelled',
    skipped: 'skipped',
  }),
);

/**
 * The state of a GitHub check run. `skipped` is terminal, although GitHub's own branch protection lets it pass
 * (I-06). `neutral`, `stale` and `action_required` are `unknown`: nobody said that the code is good, so the
 * gate waits and is refused in the end.
 */
export function checkRunState(status: string, conclusion: string | null): GateRowState {
  if (status === 'completed') return conclusions.get(conclusion ?? '') ?? 'unknown';
  return ['queued', 'in_progress', 'waiting', 'requested', 'pending'].includes(status)
    ? 'pending'
    : 'unknown';
}
