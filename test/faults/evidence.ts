import type { JournalEntry, Move } from '../../src/simulator/index.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import type { Histories } from './histories.ts';
import type { RunPlan } from './plan.ts';

/** A deploy as a run saw it. */
export interface DeployEvidence {
  readonly sha: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Absent: it did not come to an end in time. */
  readonly result?: DeployResult;
  /** What it waits for, then. */
  readonly stuck?: string;
}

/** A command at the wheel and its receipt, ms since the epoch. */
export interface WheelEvidence {
  readonly workflowId: string;
  readonly command: string;
  /** Absent: it was refused. */
  readonly receiptAt?: number;
  /** When the next command was sent. */
  readonly nextAt?: number;
}

/** A request for the fleet, or its withdrawal, in the order the lock saw them. */
export interface LockEvent {
  readonly kind: 'request' | 'withdraw';
  readonly workflowId: string;
  readonly readyAt: number;
  readonly first: boolean;
}

/** All that a run left behind. */
export interface Evidence {
  readonly plan: RunPlan;
  readonly initialSha: string;
  readonly shas: readonly string[];
  readonly deploys: readonly DeployEvidence[];
  readonly wheel: readonly WheelEvidence[];
  readonly journal: readonly JournalEntry[];
  readonly moves: readonly Move[];
  /** Tenants that are still there. */
  readonly tenants: readonly string[];
  readonly lock: readonly LockEvent[];
  /** The runs of each workflow, to look at when something is wrong. */
  readonly histories: Histories;
  /** Workflow tasks that failed, other than by what passes by itself: code that does not replay, say. */
  readonly brokenTasks: readonly string[];
  /** Where a secret was found. */
  readonly leaks: readonly string[];
  /** Errors of the simulator itself. */
  readonly errors: readonly string[];
}
