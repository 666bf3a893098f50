import type { CommandContext } from '../../src/commands/context.ts';
import type { Gate } from '../../src/rollout/gates.ts';
import type { LockView } from '../../src/rollout/lock/view.ts';
import type { DeployResult, DeployStatus } from '../../src/workflows/status.ts';

export const SHA = '2863380aa0000000000000000000000000000000';
export const T0 = Date.parse('2026-03-01T02:00:00Z');

/** The status of a deploy that rolls wave 3 of 11, with what a test changes. */
export function sampleStatus(changes: Partial<DeployStatus> = {}): DeployStatus {
  return {
    workflowId: `deploy/production/${SHA}`,
    runId: 'run-1',
    fleet: 'production',
    sha: SHA,
    tag: 'staging-2863380',
    kind: 'auto',
    phase: 'waves',
    phaseSince: T0 + 60_000,
    startedAt: T0,
    detail: 'rolling wave 3: a, b, c',
    required: ['CI / build (push)', 'CI / test (push)'],
    wave: 3,
    waves: 11,
    tenants: {
      total: 30,
      onRelease: { count: 7, slugs: ['hongming', 't-02'] },
      onFormer: { count: 20, slugs: ['t-10', 't-11'] },
      unknown: { count: 3, slugs: ['a', 'b', 'c'] },
    },
    alreadyOnTarget: 0,
    stragglers: [],
    inFlight: null,
    next: ['halt', 'rollback', 'abort', 'supersede'],
    warnings: [],
    audit: [],
    epoch: 4,
    ...changes,
  };
}

export function sampleResult(changes: Partial<DeployResult> = {}): DeployResult {
  return {
    outcome: 'deployed',
    reason: '30 of 30 tenants answer the release',
    fleet: 'production',
    sha: SHA,
    tag: 'staging-2863380',
    workflowId: `deploy/production/${SHA}`,
    runId: 'run-1',
    waves: 11,
    tenants: {
      total: 30,
      onTarget: 30,
      alreadyOnTarget: 0,
      quarantined: [],
      stale: [],
      unreachable: [],
      unhealthy: [],
      missing: [],
      gone: [],
    },
    startedAt: '2026-03-01T02:00:00.000Z',
    finishedAt: '2026-03-01T02:12:00.000Z',
    kind: 'auto',
    actor: 'ada (CI run 7)',
    warnings: [],
    former: [],
    extent: null,
    audit: [],
    ...changes,
  };
}

export function gate(context: string, reported: Gate['reported'], description = ''): Gate {
  const state =
    reported === 'success'
      ? 'green'
      : reported === 'pending' || reported === 'missing'
        ? 'waiting'
        : 'refused';
  return { context, state, reported, description, url: '' };
}

/** A lock in which the sample deploy waits behind another one. */
export function sampleLock(changes: Partial<LockView> = {}): LockView {
  return {
    fleet: 'production',
    epoch: 3,
    holder: {
      workflowId: 'deploy/production/eb31bcf',
      runId: 'r0',
      nonce: 'n',
      sha: 'eb31bcf000000000000000000000000000000000',
      tag: 'staging-eb31bcf',
      kind: 'auto',
      urgent: false,
      actor: 'bob',
      reason: '',
      readyAt: T0,
      requestedAt: T0,
      epoch: 3,
      grantedAt: T0,
    },
    queue: [
      {
        position: 1,
        workflowId: `deploy/production/${SHA}`,
        sha: SHA,
        tag: 'staging-2863380',
        kind: 'auto',
        urgent: false,
        actor: 'ada',
        readyAt: T0,
        why: 'staging-eb31bcf holds the fleet',
        expectedAt: T0 + 300_000,
      },
    ],
    waiting: 1,
    closures: [],
    ledger: [],
    oddities: [],
    requests: 2,
    grants: 1,
    ...changes,
  };
}

/** A command's surroundings that keep what is written. */
export function recorder(env: Record<string, string> = {}): CommandContext & {
  readonly out: () => string;
  readonly err: () => string;
} {
  let out = '';
  let err = '';
  return {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    env,
    cwd: '/',
    out: () => out,
    err: () => err,
  };
}
