import type { BoardData } from '../../src/board/data.ts';
import type { LedgerEntry } from '../../src/rollout/lock/state.ts';
import type { LockView } from '../../src/rollout/lock/view.ts';
import type { DeployStatus } from '../../src/workflows/status.ts';
import { sampleLock, sampleStatus, SHA } from '../progress/samples.ts';

const HOUR_MS = 3_600_000;

/** A release that had the fleet from hour `hour` for ten minutes, after twenty minutes of gates. */
export function released(hour: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  const grantedAt = hour * HOUR_MS;
  return {
    workflowId: `deploy/production/${hour}`,
    runId: `run-${hour}`,
    sha: SHA,
    tag: `staging-${hour}`,
    kind: 'auto',
    actor: 'ada',
    epoch: hour,
    outcome: 'deployed',
    reason: '30 of 30 tenants answer the release',
    readyAt: grantedAt,
    grantedAt,
    endedAt: grantedAt + 600_000,
    startedAt: grantedAt - 1_200_000,
    tenants: 30,
    onTarget: 30,
    ...changes,
  };
}

/** A board on which one deploy rolls, another waits, and a third waits for its gates. */
export function sampleData(
  changes: { status?: Partial<DeployStatus>; lock?: Partial<LockView> } = {},
): BoardData {
  const at = Date.now();
  const status = sampleStatus({ phaseSince: at - 60_000, startedAt: at - 600_000, ...changes.status });
  const base = sampleLock();
  const lock: LockView = {
    ...base,
    ...(base.holder === undefined
      ? {}
      : {
          holder: { ...base.holder, tag: status.tag, workflowId: status.workflowId, grantedAt: at - 400_000 },
        }),
    queue: base.queue.map((entry) => ({
      ...entry,
      tag: 'staging-abcdef0',
      readyAt: at - 100_000,
      expectedAt: at + 300_000,
    })),
    ledger: [
      released(3),
      released(2, { outcome: 'failed', reason: 'wave 2: 2 stragglers', onTarget: 12 }),
      released(1),
    ],
    lastKnownGood: { sha: SHA, tag: 'staging-3', at: at - 9_000_000 },
    ...changes.lock,
  };
  return {
    at,
    lock,
    holder: { running: true, status },
    early: [{ workflowId: `deploy/production/${'c'.repeat(40)}`, startedAt: at - 90_000, phase: 'gates' }],
  };
}
