import type { LedgerEntry, LockState } from './state.ts';

/** A release that ended between two: some tenants run it and some do not, or nobody knows. */
export interface Unfinished {
  readonly entry: LedgerEntry;
  /** What is known of the fleet, in words: `3 of 7 tenants are proven on it`. */
  readonly left: string;
  /** The commands that go on from there. */
  readonly next: readonly [finish: string, undo: string];
}

/**
 * The release that left a free fleet between two, newest first; undefined where somebody has the fleet, or where the
 * last one that touched a tenant reached all of them or took all of them back. A fleet that nobody holds is not
 * therefore whole.
 */
export function unfinished({ holder, ledger }: Pick<LockState, 'holder' | 'ledger'>): Unfinished | undefined {
  if (holder !== undefined) return undefined;
  const entry = ledger.find((one) => !touchedNobody(one));
  if (entry === undefined || entry.outcome === 'deployed' || entry.outcome === 'rolled_back')
    return undefined;
  const { tenants, onTarget, back, workflowId, sha } = entry;
  if (back === undefined && tenants !== undefined && onTarget === tenants) return undefined;
  const isDeploy = workflowId.startsWith('deploy/');
  return {
    entry,
    left:
      tenants === undefined || onTarget === undefined
        ? 'it is not known which tenants run it'
        : back === undefined
          ? `${onTarget} of ${tenants} tenants are proven on it`
          : `${back} tenants are proven back on what they ran before`,
    next: [
      !isDeploy
        ? 'the same command again'
        : tenants === undefined
          ? `greenlane deploy --sha ${sha}`
          : `greenlane retry --sha ${sha} --reason R`,
      // One that was ended past itself left no record of what its tenants ran before.
      tenants === undefined
        ? 'greenlane rollback --to TAG --reason R'
        : `greenlane rollback --sha ${isDeploy ? sha : workflowId} --reason R`,
    ],
  };
}

/** Whether it is certain that a release called nobody. Entries from before there was `touched` are told by their counts. */
function touchedNobody({ outcome, touched, tenants, onTarget, back }: LedgerEntry): boolean {
  if (outcome === 'deployed' || outcome === 'rolled_back') return false;
  if (outcome === 'dry_run' || outcome === 'disabled') return true;
  return touched === undefined
    ? tenants === 0 || (outcome === 'superseded' && onTarget === 0 && back === undefined)
    : !touched;
}
