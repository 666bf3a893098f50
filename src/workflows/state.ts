import { z } from 'zod';
import type { Touched, Verification } from '../activities/contract.ts';
import type { FormerRun } from '../rollout/former.ts';
import type { Outcome, Phase } from '../rollout/outcome.ts';
import type { DeployRequest, DeploySettings } from '../rollout/request.ts';
import type { Straggler } from '../rollout/tenants.ts';
import type { AuditEntry, Halt } from './status.ts';

/** Input of the deploy workflow: the request, and what a former run of the same deploy carried over. */
export interface DeployInput extends DeployRequest {
  readonly carried?: DeployState;
}

/** Tenants that need a call, as one survey gave them; `at` is the next one. */
export interface Section {
  readonly slugs: readonly string[];
  readonly at: number;
  readonly next: string | null;
  /** Way back only: what each tenant ran before. */
  readonly targets?: readonly (string | null)[];
}

/** All that a deploy carries through continue-as-new: small, plain JSON, whatever the size of the fleet. */
export interface DeployState {
  readonly startedAt: number;
  phase: Phase;
  phaseSince: number;
  settings?: DeploySettings;
  /** When the gates were green, ms since the epoch. */
  greenAt?: number;
  approved?: boolean;
  epoch?: number;
  lastKnownGood?: { readonly sha: string; readonly tag: string };
  checked?: boolean;
  digest?: string;
  direction: 'forward' | 'back';
  canary?: { readonly sha: string | null; readonly onTarget: boolean; done: boolean; touched: boolean };
  section?: Section;
  /** Every section was surveyed and rolled. */
  rolledOut?: boolean;
  /** Something may have been sent for the next wave: its tenants are asked before anything is sent again. */
  ask: boolean;
  /** Resumed: people act by hand while a deploy is halted, so each wave's tenants are asked until the next survey. */
  askAll?: boolean;
  /** Counts operators' new tries, for the scope of idempotency keys. */
  tries: number;
  total: number;
  alreadyOnTarget: number;
  onTarget: number;
  back: number;
  /** Tenants that somebody else had moved before they could be taken back. */
  moved: number;
  /** Index of the next wave; 0 is the canary's. */
  wave: number;
  /** Waves that were rolled. */
  waves: number;
  calls: number;
  stragglers: Straggler[];
  gone: string[];
  /** What the final look at the fleet found. */
  verified?: Pick<Verification, 'onTarget' | 'counts'>;
  /** Why it turned back, and who said so. */
  turnedFor?: string;
  turnedBy?: string;
  /** The lock was told to hold the fleet on what it goes back to. */
  pinned?: boolean;
  outcome?: Outcome;
  /** Tenants of a wave that may have been sent and is not proven. */
  unsure: string[];
  /** Messages that could not be understood or obeyed. */
  oddities: number;
  former: FormerRun[];
  /** What an earlier attempt at the same release touched: it goes back with what this one touches. */
  earlier?: Pick<Touched, 'former' | 'extent' | 'canary'>;
  /** Last slug that was handed to a wave. */
  extent: string | null;
  soakUntil?: number;
  halt?: Halt;
  warnings: string[];
  audit: AuditEntry[];
  /** Runs of the chain before this one. */
  runs: number;
}

const carriedState = z.looseObject({
  startedAt: z.number(),
  phase: z.string(),
  direction: z.enum(['forward', 'back']),
  total: z.number(),
  wave: z.number(),
  stragglers: z.array(z.looseObject({ slug: z.string(), state: z.string() })),
  former: z.array(z.looseObject({ from: z.string(), to: z.string() })),
  audit: z.array(z.unknown()),
  epoch: z.number().optional(),
});

/** The state a run begins with. @throws ZodError when what was carried over is no state. */
export function beginState(input: DeployInput, now: number): DeployState {
  if (input.carried !== undefined) {
    carriedState.parse(input.carried);
    return {
      ...input.carried,
      stragglers: [...input.carried.stragglers],
      gone: [...input.carried.gone],
      unsure: [...input.carried.unsure],
      audit: [...input.carried.audit],
      warnings: [...input.carried.warnings],
      runs: input.carried.runs + 1,
    };
  }
  return {
    startedAt: now,
    phase: 'starting',
    phaseSince: now,
    direction: 'forward',
    ask: false,
    tries: 0,
    total: 0,
    alreadyOnTarget: 0,
    onTarget: 0,
    back: 0,
    moved: 0,
    wave: 0,
    waves: 0,
    calls: 0,
    stragglers: [],
    gone: [],
    unsure: [],
    oddities: 0,
    former: [],
    extent: null,
    warnings: [],
    audit: [],
    runs: 0,
  };
}
