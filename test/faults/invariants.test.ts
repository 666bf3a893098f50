import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/simulator/index.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import type { Evidence } from './evidence.ts';
import { violations } from './invariants.ts';
import { planBatch, type RunPlan } from './plan.ts';

const OLD = '0'.repeat(40);
const [A, B] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const idOf = (sha: string): string => `deploy/fleet-0/${sha}`;
const plan: RunPlan = { ...(planBatch(1, 1, false).runs[0] as RunPlan), hardships: [], settleMs: 0 };
const TENANTS = ['hongming', 'tenant-002'];

let seq = 0;
function call(sha: string, epoch: number, slugs: readonly string[], at = seq): JournalEntry {
  seq += 1;
  return {
    seq,
    at,
    where: 'control-plane',
    method: 'POST',
    path: '/cp',
    authorizationSent: true,
    authorizationOk: true,
    endAt: at,
    effect: true,
    dryRun: false,
    epoch,
    slugs,
    targetTag: `staging-${sha.slice(0, 7)}`,
    idempotencyKey: `${idOf(sha)}/0/0-x`,
  };
}

function result(
  sha: string,
  outcome: DeployResult['outcome'],
  more: Partial<DeployResult> = {},
): DeployResult {
  const none: string[] = [];
  return {
    outcome,
    reason: 'because',
    fleet: 'fleet-0',
    sha,
    tag: `staging-${sha.slice(0, 7)}`,
    workflowId: idOf(sha),
    runId: 'run',
    waves: 1,
    tenants: {
      total: 2,
      onTarget: 2,
      alreadyOnTarget: 0,
      quarantined: none,
      stale: none,
      unreachable: none,
      unhealthy: none,
      missing: none,
      gone: none,
    },
    startedAt: new Date(0).toISOString(),
    finishedAt: new Date(1_000).toISOString(),
    kind: 'auto',
    actor: 'a test',
    warnings: none,
    former: [],
    extent: null,
    audit: [],
    ...more,
  };
}

function evidence(more: Partial<Evidence>): Evidence {
  const first = call(A, 1, TENANTS);
  return {
    plan,
    initialSha: OLD,
    shas: [A],
    deploys: [{ sha: A, workflowId: idOf(A), runId: 'run', result: result(A, 'deployed', { epoch: 1 }) }],
    wheel: [],
    journal: [first],
    moves: TENANTS.map((slug) => ({ at: 5, slug, from: OLD, to: A, seq: first.seq })),
    tenants: TENANTS,
    lock: [{ kind: 'request', workflowId: idOf(A), readyAt: 1, first: false }],
    histories: new Map(),
    brokenTasks: [],
    leaks: [],
    errors: [],
    ...more,
  };
}

const aside = (...quarantined: readonly string[]) => ({ ...result(A, 'deployed').tenants, quarantined });

function withoutEpoch({ epoch: _, ...rest }: JournalEntry): JournalEntry {
  return rest;
}

const ended = (sha: string, outcome: DeployResult['outcome'], more: Partial<DeployResult> = {}) => ({
  sha,
  workflowId: idOf(sha),
  runId: 'run',
  result: result(sha, outcome, more),
});

describe('the invariants of a fault run', () => {
  it('hold for a deploy that went as it should', () => {
    expect(violations(evidence({}))).toEqual([]);
  });

  it('let a deploy not be undone only when nobody knows what its tenants ran before', () => {
    const undone = (sha: string | null): string[] => {
      const former = [{ from: 'hongming', to: 'tenant-002', sha, count: 2 }];
      const undo = { ...ended(A, 'failed'), workflowId: 'rollback/fleet-0/undo' };
      return violations(
        evidence({
          deploys: [ended(A, 'deployed', { epoch: 1, former }), undo],
          wheel: [{ workflowId: undo.workflowId, command: 'rollback' }],
        }),
      );
    };
    expect(undone(null)).toEqual([]);
    expect(undone(OLD).join()).toMatch(/nothing lasting was wrong/);
  });

  it.each([
    [
      'two deploys under one epoch',
      evidence({ journal: [call(A, 1, TENANTS), call(B, 1, ['x'])] }),
      /belongs to/,
    ],
    [
      'an epoch that falls',
      evidence({ journal: [call(A, 2, TENANTS), call(A, 1, ['x'])] }),
      /has epoch 1 after 2/,
    ],
    [
      'a call without asking again',
      evidence({ journal: [call(A, 1, TENANTS), call(A, 1, TENANTS)] }),
      /again without asking/,
    ],
    [
      'a deploy without an end',
      evidence({ deploys: [{ sha: A, workflowId: idOf(A), runId: 'run' }] }),
      /came to no end/,
    ],
    ['a failure out of nowhere', evidence({ deploys: [ended(A, 'failed')] }), /nothing lasting was wrong/],
    ['a halt by nobody', evidence({ deploys: [ended(A, 'halted')] }), /halted by nobody/],
    ['a rollback by nobody', evidence({ deploys: [ended(A, 'rolled_back')] }), /rolled back by nobody/],
    ['disabled without a switch', evidence({ deploys: [ended(A, 'disabled')] }), /never on/],
    ['superseded by nothing', evidence({ deploys: [ended(A, 'superseded')] }), /nothing is newer/],
    ['a tenant that is not on the release', evidence({ moves: [] }), /ended deployed while hongming ran/],
    [
      'a call without an epoch',
      evidence({ journal: [withoutEpoch(call(A, 1, TENANTS))] }),
      /carries no epoch/,
    ],
    [
      'a call while another deploy’s is out',
      evidence({ journal: [{ ...call(A, 1, TENANTS, 10), endAt: 30 }, call(B, 2, ['x'], 20)] }),
      /while call \d+ of another deploy was out/,
    ],
    [
      'a tenant that has not settled on the release',
      evidence({ plan: { ...plan, settleMs: 999 } }),
      /ended deployed while hongming ran/,
    ],
    [
      'more tenants aside than may be',
      evidence({ deploys: [ended(A, 'deployed', { tenants: aside('tenant-002', 'tenant-003') })] }),
      /quarantined tenant-002, tenant-003/,
    ],
    [
      'a canary aside',
      evidence({ deploys: [ended(A, 'deployed', { tenants: aside('hongming') })] }),
      /quarantined hongming/,
    ],
    [
      'disabled after a call',
      evidence({
        plan: { ...plan, wheel: { command: 'switch', atMs: 0, then: 'resume' } },
        deploys: [ended(A, 'disabled')],
      }),
      /disabled after 1 calls/,
    ],
    [
      'a tenant left on the release by a rollback',
      evidence({
        wheel: [{ workflowId: idOf(A), command: 'rollback' }],
        deploys: [ended(A, 'rolled_back')],
      }),
      /ended rolled_back .* while hongming ran it/,
    ],
    ['a dry run', evidence({ deploys: [ended(A, 'dry_run')] }), /nobody asked for/],
    [
      'a workflow that does not replay',
      evidence({ brokenTasks: ['a workflow task failed'] }),
      /a workflow task failed/,
    ],
    ['an error of the simulator', evidence({ errors: ['out of tea'] }), /the simulator failed: out of tea/],
    ['a secret', evidence({ leaks: ['the history'] }), /a secret is in the history/],
    [
      'a late effect of an earlier epoch',
      (() => {
        const journal = [call(A, 1, ['x']), call(B, 2, ['y'])];
        const [a, b] = journal as [JournalEntry, JournalEntry];
        const move = (slug: string, { seq: of }: JournalEntry) => ({
          at: 1,
          slug,
          from: OLD,
          to: A,
          seq: of,
        });
        return evidence({ journal, moves: [move('y', b), move('x', a)] });
      })(),
      /after epoch 2 had moved/,
    ],
    [
      'a call after the receipt of a halt',
      evidence({
        journal: [call(A, 1, TENANTS, 50)],
        wheel: [{ workflowId: idOf(A), command: 'halt', receiptAt: 40, nextAt: 60 }],
      }),
      /10 ms after the receipt/,
    ],
    [
      'a queue out of order',
      evidence({
        shas: [A, B],
        deploys: [ended(A, 'deployed', { epoch: 2 }), ended(B, 'superseded', { epoch: 1, supersededBy: B })],
        lock: [
          { kind: 'request', workflowId: idOf(A), readyAt: 1, first: false },
          { kind: 'request', workflowId: idOf(B), readyAt: 2, first: false },
        ],
      }),
      /was granted before/,
    ],
  ])('show %s', (_, broken, expected) => {
    expect(violations(broken).join('\n')).toMatch(expected);
  });
});
