import type { AuditEntry } from '../workflows/status.ts';

/** One step of a deploy that is behind it; times in ms since the epoch. */
export interface Milestone {
  readonly step: string;
  readonly from: number;
  readonly to: number;
}

/** What the workflow writes into its audit trail where one step ends and the next begins. */
const GATES_GREEN = /^\d+ gates green$/;
const MARKS: readonly (readonly [RegExp, string])[] = [
  [GATES_GREEN, 'gates'],
  [/^holds the fleet, epoch \d+$/, 'queue'],
  [/^canary \S+ answers [0-9a-f]{7}$/, 'checks and canary'],
];

/** The line that says that the gates are behind a deploy; nothing but green gates lets one pass. */
export function isGreen({ actor, what }: AuditEntry): boolean {
  return actor === 'greenlane' && GATES_GREEN.test(what);
}

/** Whether an entry says that a step is behind the deploy: short steps are over before anybody looks. */
export function isMilestone({ actor, what }: AuditEntry): boolean {
  return actor === 'greenlane' && MARKS.some(([pattern]) => pattern.test(what));
}

/**
 * How long each step took, from the audit trail alone: it is there for every deploy, also for one that somebody
 * attached to late. The last step ends at `endedAt`, or is left out while the deploy runs.
 */
export function milestones(audit: readonly AuditEntry[], startedAt: number, endedAt?: number): Milestone[] {
  const steps: Milestone[] = [];
  let from = startedAt;
  for (const { at, actor, what } of audit) {
    if (actor !== 'greenlane') continue;
    const step = MARKS.find(([pattern]) => pattern.test(what))?.[1];
    if (step === undefined || steps.some((known) => known.step === step)) continue;
    steps.push({ step, from, to: at });
    from = at;
  }
  if (endedAt !== undefined) {
    const step = steps.some((known) => known.step === 'queue') ? 'waves and verification' : 'until its end';
    steps.push({ step, from, to: endedAt });
  }
  return steps;
}
