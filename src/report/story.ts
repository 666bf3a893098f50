import type { DeployKind, Outcome } from '../rollout/outcome.ts';
import type { AuditEntry } from '../workflows/status.ts';
import type { End } from './facts.ts';
import type { GateRow, Settings } from './schemas.ts';
import type { Fleet } from './tenants.ts';

/** The kinds of time a deploy spends, in the order of its way. */
export const SPAN_KINDS = [
  'gates',
  'approval',
  'queue',
  'checks',
  'canary',
  'waves',
  'soak',
  'verify',
  'halted',
  'rollback',
] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** A stretch of time spent on one thing; ms since the epoch. */
export interface Span {
  readonly kind: SpanKind;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** It has not ended yet: `to` is when the history was read. */
  readonly open?: boolean;
}

/** One wave, as often as it was tried. */
export interface Wave {
  readonly label: string;
  readonly back: boolean;
  readonly slugs: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly calls: number;
  readonly attempts: number;
  readonly controlPlaneMs: number;
  readonly end: 'rolled' | 'stopped' | 'failed' | 'open';
  /** Tenants of it that were not proven, with what they were found to be. */
  readonly astray: readonly string[];
  readonly note?: string;
}

/** One deploy, told from its history: all that a report shows. Times in ms since the epoch. */
export interface Story {
  readonly workflowId: string;
  readonly runId: string;
  readonly fleet: string;
  readonly sha: string;
  readonly tag: string;
  readonly kind: DeployKind;
  readonly actor: string;
  readonly reason?: string;
  readonly settings?: Settings;
  readonly from: number;
  /** Its end, or the last thing that happened while it runs. */
  readonly to: number;
  readonly running: boolean;
  /** Absent while it runs, and for a deploy that Temporal ended without one. */
  readonly outcome?: Outcome;
  /** How its last run was closed. */
  readonly closed?: End;
  /** Why it ended as it did, or what it does now. */
  readonly because: string;
  readonly halted?: { readonly reason: string; readonly actor: string; readonly at: number };
  readonly supersededBy?: string;
  readonly digest?: string;
  readonly epoch?: number;
  readonly touched: boolean;
  readonly gates: readonly GateRow[];
  readonly spans: readonly Span[];
  readonly waves: readonly Wave[];
  readonly tenants: Fleet;
  readonly audit: readonly AuditEntry[];
  readonly warnings: readonly string[];
  /** Runs of the chain; the history of the earlier ones may be gone. */
  readonly runs: number;
  readonly complete: boolean;
}
