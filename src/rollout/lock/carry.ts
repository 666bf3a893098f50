import { z } from 'zod';
import type { Entry, LockState } from './state.ts';

/**
 * The lock's whole state as it goes through continue-as-new: plain JSON, queue entries as rows, so that a thousand
 * waiting deploys stay below a payload of 256 KB.
 */
export type CarriedLock = Omit<LockState, 'queue'> & { readonly queue: readonly EntryRow[] };

type EntryRow = readonly [
  workflowId: string,
  runId: string,
  nonce: string,
  sha: string,
  tag: string,
  kind: string,
  urgent: 0 | 1,
  actor: string,
  reason: string,
  readyAt: number,
  requestedAt: number,
];

export function packLock(state: LockState): CarriedLock {
  return {
    ...state,
    queue: state.queue.map((e): EntryRow => [
      e.workflowId === `deploy/${state.fleet}/${e.sha}` ? '' : e.workflowId,
      e.runId,
      e.nonce === e.runId ? '' : e.nonce,
      e.sha,
      e.tag,
      e.kind,
      e.urgent ? 1 : 0,
      e.actor,
      e.reason,
      e.readyAt,
      e.requestedAt,
    ]),
  };
}

const row = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.enum(['auto', 'manual', 'rollback']),
  z.union([z.literal(0), z.literal(1)]),
  z.string(),
  z.string(),
  z.number(),
  z.number(),
]);

const carried = z.looseObject({
  fleet: z.string(),
  epoch: z.int().min(0),
  queue: z.array(row),
  closures: z.array(z.unknown()),
  ledger: z.array(z.unknown()),
  oddities: z.array(z.unknown()),
  requests: z.number(),
  grants: z.number(),
});

/** @throws ZodError when the state is none: a lock never guesses. */
export function unpackLock(value: unknown): LockState {
  const parsed = carried.parse(value);
  const queue = parsed.queue.map(
    ([workflowId, runId, nonce, sha, tag, kind, urgent, actor, reason, readyAt, requestedAt]): Entry => ({
      workflowId: workflowId === '' ? `deploy/${parsed.fleet}/${sha}` : workflowId,
      runId,
      nonce: nonce === '' ? runId : nonce,
      sha,
      tag,
      kind,
      urgent: urgent === 1,
      actor,
      reason,
      readyAt,
      requestedAt,
    }),
  );
  return { ...(parsed as unknown as LockState), queue };
}
