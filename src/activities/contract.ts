import type { Gate } from '../rollout/gates.ts';
import type { FormerRun } from '../rollout/former.ts';
import type { FoundHolder } from '../rollout/lock/adoption.ts';
import type { CarriedLock } from '../rollout/lock/carry.ts';
import type { ReleaseMessage } from '../rollout/lock/messages.ts';
import type { Closure } from '../rollout/lock/state.ts';
import type { DeployRequest, DeploySettings } from '../rollout/request.ts';
import type { Straggler } from '../rollout/tenants.ts';

/**
 * What workflows ask of the world: one function per activity, plain JSON in and out, nothing secret in either.
 * Sizes stay small whatever the fleet's: at most one section of slugs (rollout/waves.ts) per payload.
 */
export interface Activities {
  /** Checks the request against the worker's configuration. Fails non-retryably with what is wrong. */
  prepare(request: DeployRequest): Promise<DeploySettings>;

  /** Ends when every required context is green; fails non-retryably when one is refused; else retried. */
  awaitGates(input: {
    fleet: string;
    sha: string;
    required: readonly string[];
    pollMs: number;
  }): Promise<Gate[]>;

  /** Asks the fleet's lock for a place, starting the lock when there is none. Idempotent. */
  requestFleet(input: FleetRequest): Promise<void>;

  /**
   * For the deploy whose turn is next: ends when the fleet is its own, and has then looked whether it may go on, so
   * that nothing lies between the release before it and its first look. It takes one slot of the worker per fleet.
   */
  takeTurn(input: TurnInput): Promise<TurnTaken>;

  /** Gives the fleet back with what came of it; a lock that is gone is started anew and told. Idempotent. */
  giveBack(input: { fleet: string; searchAttributes: boolean; message: ReleaseMessage }): Promise<void>;

  /** Everything that must hold before the first side effect. */
  preflight(input: PreflightInput): Promise<Preflight>;

  /** The next section of the fleet: what its tenants run, and which need a call. */
  survey(input: SurveyInput): Promise<Survey>;

  /** One wave: checks, the control-plane call, and proof by `/buildinfo`. */
  rollWave(input: WaveInput): Promise<WaveResult>;

  /** The whole fleet, freshly enumerated, against the release. */
  verifyFleet(input: VerifyInput): Promise<Verification>;

  /** Moves the pointer tag to the digest of a verified release. */
  movePointer(input: { fleet: string; digest: string }): Promise<void>;

  postStatus(input: {
    fleet: string;
    sha: string;
    state: 'pending' | 'success' | 'failure' | 'error';
    description: string;
    workflowId: string;
    runId: string;
  }): Promise<void>;

  /** Tells one target of one event; `target` is the environment variable of the worker that holds its URL. */
  notify(input: Notice & { target: string }): Promise<void>;

  /** What a closed deploy touched, for undoing it. */
  touchedBy(input: { workflowId: string; runId: string }): Promise<Touched>;
}

/** Activities of the fleet lock. */
export interface LockActivities {
  /**
   * Ends when the chain of runs that holds the fleet is closed, saying how; retried while it is open. `busyMs`: how
   * long a call of it may still be at work, 0 when none is out; `closedAt`: ms since the epoch.
   */
  watchHolder(input: {
    fleet: string;
    workflowId: string;
    runId: string;
  }): Promise<{ how: string; busyMs: number; closedAt: number }>;
  /** What a lock that begins without a state takes over: all of the lock before it, else what deploys say. */
  findFormer(input: { fleet: string }): Promise<FormerLock>;
}

export interface FormerLock {
  readonly former?: CarriedLock;
  /** The highest epoch that any deploy knows of. */
  readonly epoch: number;
  readonly holder?: FoundHolder;
  /** There was a lock and it cannot be read. */
  readonly lost?: boolean;
}

export interface FleetRequest {
  readonly fleet: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly nonce: string;
  readonly sha: string;
  readonly tag: string;
  readonly kind: DeployRequest['kind'];
  readonly urgent: boolean;
  readonly actor: string;
  readonly reason: string;
  readonly readyAt: number;
  readonly searchAttributes: boolean;
}

/** What the lock says with a grant. */
export interface Grant {
  readonly runId: string;
  readonly nonce: string;
  readonly epoch: number;
  /** Deploys that wait behind this one, newest first: their gates are green. */
  readonly queued: readonly { readonly sha: string; readonly workflowId: string }[];
  readonly lastKnownGood?: { readonly sha: string; readonly tag: string };
}

/** The lock's answer to a deploy that was called up. */
export type Turn =
  | { readonly kind: 'granted'; readonly grant: Grant }
  /** The lock goes on as a new run: ask that one. */
  | { readonly kind: 'again' }
  /** It does not wait in the queue, or not by this request. */
  | { readonly kind: 'gone' };

export interface TurnInput {
  readonly fleet: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly nonce: string;
  /** Absent for a deploy that looks at nothing first: one that takes tenants back. */
  readonly settings?: DeploySettings;
}

export type TurnTaken =
  | { readonly kind: 'granted'; readonly grant: Grant; readonly preflight?: Preflight }
  | { readonly kind: 'gone' };

export interface RequestMessage extends Omit<FleetRequest, 'fleet' | 'searchAttributes'> {
  readonly closures: readonly Closure[];
}

export interface PreflightInput {
  readonly settings: DeploySettings;
  readonly queued: Grant['queued'];
}

export type Preflight =
  | { readonly verdict: 'go'; readonly digest?: string; readonly warnings: readonly string[] }
  | { readonly verdict: 'superseded'; readonly by: string; readonly reason: string }
  | { readonly verdict: 'disabled'; readonly reason: string }
  | { readonly verdict: 'refused'; readonly reason: string };

export interface SurveyInput {
  readonly settings: DeploySettings;
  /** Only tenants after this slug; null from the beginning. */
  readonly after: string | null;
  /** What tenants ran before an earlier attempt at the same release touched them. */
  readonly earlier?: readonly FormerRun[];
  /** For a way back: only touched tenants, newest first, with what each ran before. */
  readonly back?: {
    readonly former: readonly FormerRun[];
    readonly earlier?: readonly FormerRun[];
    /** The deploy is over, so others may have moved its tenants since: those are left as they are. */
    readonly undo?: boolean;
    readonly lastKnownGood?: string;
    readonly before: string | null;
    readonly extent: string | null;
    readonly canary?: { readonly sha: string | null };
  };
}

export interface Survey {
  /** Tenants of the whole fleet now. */
  readonly total: number;
  /** Tenants of this section that need a call, in the order of their waves; the canary is not among them. */
  readonly slugs: readonly string[];
  readonly alreadyOnTarget: number;
  readonly former: readonly FormerRun[];
  readonly canary: { readonly listed: boolean; readonly onTarget: boolean; readonly sha: string | null };
  /** A tenant that already runs a descendant of the release. */
  readonly ahead?: { readonly slug: string; readonly sha: string };
  /** Cursor of the next section; null at the end. */
  readonly next: string | null;
  /** Way back only: full SHA per tenant of `slugs`, and whose former release nobody knows. */
  readonly targets?: readonly (string | null)[];
  /** Way back only: tenants that somebody else has moved since. */
  readonly moved?: number;
  readonly warnings?: readonly string[];
}

export interface WaveInput {
  readonly settings: DeploySettings;
  /** First run of the deploy's chain: who the lock says holds the fleet. */
  readonly runId: string;
  readonly wave: number;
  readonly slugs: readonly string[];
  readonly tag: string;
  readonly sha: string;
  readonly epoch: number;
  /** Ask the tenants before anything is sent: something was, or may have been, sent before. */
  readonly ask: boolean;
  /** Scope of the idempotency key: changes when an operator means a new try. */
  readonly scope: string;
  /** Whether kill switch and supersession stop this call; a way back is not stopped by them. */
  readonly guarded: boolean;
}

interface WaveFacts {
  /** Calls that were sent by this activity, or may have been by an attempt that did not live to say so. */
  readonly calls: number;
  /** Time spent waiting for the control plane, ms. */
  readonly controlPlaneMs: number;
  readonly warnings: readonly string[];
}

export type WaveResult =
  | (WaveFacts & {
      readonly kind: 'rolled';
      readonly onTarget: number;
      readonly stragglers: readonly Straggler[];
      readonly gone: readonly string[];
      readonly ahead?: string;
    })
  | (WaveFacts & {
      readonly kind: 'stopped';
      /** `fenced`: the fleet is not this deploy's any more. */
      readonly by: 'kill-switch' | 'superseded' | 'steering' | 'fenced';
      readonly reason: string;
      readonly sha?: string;
      readonly onTarget: readonly string[];
    })
  | (WaveFacts & {
      readonly kind: 'failed';
      readonly reason: string;
      /** Who is not on the release, told apart as after any wave. */
      readonly stragglers: readonly Straggler[];
      readonly onTarget: readonly string[];
    });

export interface VerifyInput {
  readonly settings: DeploySettings;
  /** Tenants the control plane called unhealthy and nobody has since called well. */
  readonly unhealthy: readonly string[];
  /** Stragglers of the waves: the ones a fresh enumeration no longer lists are gone (I-17). */
  readonly stragglers: readonly Straggler[];
}

export interface Verification {
  readonly total: number;
  readonly onTarget: number;
  /** At most 200 by name; `counts` has them all. */
  readonly stragglers: readonly Straggler[];
  readonly counts: {
    readonly stale: number;
    readonly unreachable: number;
    readonly unhealthy: number;
    readonly missing: number;
  };
  readonly gone: readonly string[];
  readonly ahead?: { readonly sha: string; readonly slug: string };
}

export interface Notice {
  readonly fleet: string;
  readonly event: string;
  readonly id: string;
  readonly sha: string;
  readonly tag: string;
  readonly text: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly at: number;
}

export interface Touched {
  readonly fleet: string;
  readonly sha: string;
  readonly tag: string;
  readonly former: readonly FormerRun[];
  readonly extent: string | null;
  readonly canary?: { readonly slug: string; readonly sha: string | null };
}
