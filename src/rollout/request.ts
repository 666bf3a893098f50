import type { DeployKind } from './outcome.ts';

/**
 * Input of the deploy workflow. Whoever can start a workflow can write it, so it holds no URL, no token and nothing
 * that weakens a deploy (design: security boundary); the worker checks it against its own configuration.
 */
export interface DeployRequest {
  readonly fleet: string;
  /** 40 hex digits; for a deploy of a tag, what the tag names: 7 or 40. Absent: the worker takes the branch's head. */
  readonly sha?: string;
  readonly kind: DeployKind;
  /** Tag to roll, for `rollback --to` and `redeploy --to`. */
  readonly tag?: string;
  /** Closed deploy whose touched tenants go back to what each ran before. */
  readonly undo?: { readonly workflowId: string; readonly runId: string };
  /** The attempt before this one at the same release: what its tenants ran before is what they go back to. */
  readonly earlier?: { readonly workflowId: string; readonly runId: string };
  readonly actor: string;
  readonly reason?: string;
  readonly urgent?: boolean;
  readonly dryRun?: boolean;
  /** Start value of the kill switch, as the CI step saw it. */
  readonly disabled?: boolean;
  /** Whether the namespace knows the search attributes: an unknown one would wedge the workflow. */
  readonly searchAttributes?: boolean;
  readonly changes?: RequestedChanges;
}

/** What a start may change of the worker's configuration. Durations in ms. */
export interface RequestedChanges {
  /** Contexts required beside the configured ones; never instead of them. */
  readonly alsoRequired?: readonly string[];
  readonly canary?: string;
  readonly batchSize?: number;
  readonly soakMs?: number;
  readonly maxStragglers?: number;
  /** Only where the worker's `overrides` allow it: */
  readonly targetTag?: string;
  readonly settleMs?: number;
  readonly intervalMs?: number;
  readonly gateTimeoutMs?: number;
  readonly gatePollMs?: number;
}

/** What a deploy runs with: the worker's configuration and what the request may change. No secret, no URL. */
export interface DeploySettings {
  readonly fleet: string;
  readonly repo: string;
  readonly branch: string;
  readonly kind: DeployKind;
  /** Full SHA; the 7 digits that a tag names where the forge knows no single commit of them. */
  readonly sha: string;
  readonly tag: string;
  readonly tagTemplate: string;
  readonly dryRun: boolean;
  readonly killSwitchVariable: string;
  readonly disabledAtStart: boolean;
  readonly supersede: 'newest-ready' | 'head' | 'never';
  readonly required: readonly string[];
  readonly gateTimeoutMs: number;
  readonly gatePollMs: number;
  readonly approval: { readonly required: boolean; readonly timeoutMs: number };
  readonly canary: string;
  readonly batchSize: number;
  readonly soakMs: number;
  readonly maxStragglers: number;
  readonly tolerant: boolean;
  readonly onFailure: 'stop' | 'rollback';
  readonly postTimeoutMs: number;
  readonly settleMs: number;
  readonly intervalMs: number;
  readonly haltDeadlineMs: number;
  /** Whether a registry is configured, and the pointer tag that follows a verified deploy. */
  readonly registry?: { readonly pointer?: string };
  /** Who is to be told of which events: environment variables of the worker that hold the targets' URLs. */
  readonly notify: readonly { readonly target: string; readonly on: readonly string[] }[];
  /** Things the operator should know of this run, e.g. that the kill switch is not read live. */
  readonly warnings: readonly string[];
}
