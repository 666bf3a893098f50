/** How a deploy ended (design: words). Contract: these names are used from outside. */
export const OUTCOMES = [
  'deployed',
  'superseded',
  'disabled',
  'dry_run',
  'halted',
  'rolled_back',
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type DeployKind = 'auto' | 'manual' | 'rollback';

export type Phase =
  | 'starting'
  | 'gates'
  | 'approval'
  | 'queued'
  | 'preflight'
  | 'canary'
  | 'waves'
  | 'soak'
  | 'verify'
  | 'halted'
  | 'rolling_back'
  | 'ended';

const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  deployed: 0,
  superseded: 0,
  disabled: 0,
  dry_run: 0,
  failed: 1,
  halted: 3,
  rolled_back: 4,
};

/** Exit code of `greenlane deploy` for an outcome (contract). */
export function exitCodeOf(outcome: Outcome): number {
  return EXIT_CODES[outcome];
}

/** Whether running the step again returns this end instead of starting a new attempt. */
export function isFinal(outcome: Outcome): boolean {
  return outcome === 'deployed' || outcome === 'superseded';
}
