import type { DeployKind, Outcome, Phase } from '../rollout/outcome.ts';
import type { FormerRun } from '../rollout/former.ts';
import type { Straggler } from '../rollout/tenants.ts';

/** One line of a deploy's audit trail: who did what, when. */
export interface AuditEntry {
  readonly at: number;
  readonly actor: string;
  readonly what: string;
}

export type CommandName =
  'halt' | 'resume' | 'abort' | 'rollback' | 'supersede' | 'skip-soak' | 'approve' | 'reject';

export interface Halt {
  readonly reason: string;
  readonly actor: string;
  readonly at: number;
}

/** A command that was obeyed and is not carried out yet. */
export interface Asked extends Halt {
  readonly name: CommandName;
  /** `supersede`: by which SHA. */
  readonly by?: string;
}

/** A call that is out, or may be. */
export interface InFlight {
  readonly wave: number;
  readonly slugs: readonly string[];
  /** Since when the stage is so; without one, since when the wave is with the worker. */
  readonly since: number;
  /**
   * What is certain of its call: `sending` when it is out, `settling` when it was answered and its tenants are asked.
   * Absent until a command asks the worker: telling it for every wave would cost events (docs/architecture.md).
   */
  readonly stage?: 'sending' | 'settling';
}

/** Where tenants are, as far as this deploy knows. Names are those of the current section, at most 50 of each. */
export interface Whereabouts {
  readonly total: number;
  readonly onRelease: { readonly count: number; readonly slugs: readonly string[] };
  readonly onFormer: { readonly count: number; readonly slugs: readonly string[] };
  readonly unknown: { readonly count: number; readonly slugs: readonly string[] };
}

/** Answer to a steering command: what is where, what is still out, and what can be done next. */
export interface Receipt {
  readonly workflowId: string;
  readonly phase: Phase;
  readonly outcome?: Outcome;
  readonly halted?: Halt;
  /** What is carried out as soon as no call is out. */
  readonly asked?: Asked;
  readonly inFlight: InFlight | null;
  readonly tenants: Whereabouts;
  readonly wavesLeft: number;
  readonly next: readonly CommandName[];
}

export interface DeployStatus {
  readonly workflowId: string;
  readonly runId: string;
  readonly fleet: string;
  readonly sha: string;
  readonly tag: string;
  readonly kind: DeployKind;
  readonly phase: Phase;
  readonly phaseSince: number;
  readonly startedAt: number;
  /** What it waits for or does, in one line. */
  readonly detail: string;
  readonly required: readonly string[];
  readonly wave: number;
  readonly waves: number;
  readonly tenants: Whereabouts;
  readonly alreadyOnTarget: number;
  readonly stragglers: readonly Straggler[];
  readonly soakUntil?: number;
  readonly epoch?: number;
  readonly halted?: Halt;
  readonly asked?: Asked;
  readonly inFlight: InFlight | null;
  readonly next: readonly CommandName[];
  readonly warnings: readonly string[];
  readonly audit: readonly AuditEntry[];
  readonly outcome?: Outcome;
  readonly reason?: string;
}

/** What a deploy returns. The first part is the contract of `greenlane deploy --json`. */
export interface DeployResult {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly fleet: string;
  readonly sha: string;
  readonly tag: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly supersededBy?: string;
  readonly waves: number;
  readonly tenants: {
    readonly total: number;
    readonly onTarget: number;
    readonly alreadyOnTarget: number;
    readonly quarantined: readonly string[];
    readonly stale: readonly string[];
    readonly unreachable: readonly string[];
    readonly unhealthy: readonly string[];
    readonly missing: readonly string[];
    readonly gone: readonly string[];
    /** Of a deploy that took tenants back: how many are proven on what they ran before. */
    readonly back?: number;
  };
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly kind: DeployKind;
  readonly digest?: string;
  readonly epoch?: number;
  readonly actor: string;
  readonly warnings: readonly string[];
  /** What it touched, for `greenlane rollback --sha` after the end. */
  readonly former: readonly FormerRun[];
  readonly extent: string | null;
  readonly canary?: { readonly slug: string; readonly sha: string | null };
  readonly audit: readonly AuditEntry[];
}
