/** Tenants that one survey hands to the waves: their slugs are all that a run carries of the fleet. */
export const SECTION_SIZE = 2_000;

/** How many waves a fleet takes: the canary, then the rest in batches. */
export function countWaves(tenants: number, batchSize: number): number {
  return tenants === 0 ? 0 : 1 + Math.ceil((tenants - 1) / batchSize);
}

/** The next wave of a section of which `at` tenants are behind us. */
export function waveOf(
  section: { readonly slugs: readonly string[]; readonly at: number },
  batchSize: number,
): string[] {
  return section.slugs.slice(section.at, section.at + batchSize);
}

export interface Budget {
  readonly gateTimeoutMs: number;
  readonly soakMs: number;
  readonly postTimeoutMs: number;
  readonly settleMs: number;
}

/** The longest a deploy can take, without its wait in the queue: gates, then each wave's call, settling and soak. */
export function longestMs(waves: number, budget: Budget): number {
  return (
    budget.gateTimeoutMs +
    waves * (budget.postTimeoutMs + budget.settleMs) +
    Math.max(0, waves - 1) * budget.soakMs +
    budget.settleMs
  );
}

/** Calls of one wave before its control plane counts as not answering, each with its full budget (I-11). */
export const CALL_ATTEMPTS = 4;
