import { isGrpcServiceError } from '@temporalio/client';
import type { CommandContext, GlobalOptions } from '../commands/context.ts';
import type { TemporalAccess } from '../client/connect.ts';
import { forgetWorker } from '../client/lane.ts';
import { resultOf } from '../client/deploys.ts';
import { lostDeploy } from '../client/ended.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import { createRenderer } from './renderer.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';

export type End =
  | { readonly kind: 'ended'; readonly result: DeployResult }
  | { readonly kind: 'halted'; readonly status: DeployStatus }
  | { readonly kind: 'waited' }
  | { readonly kind: 'detached' }
  | { readonly kind: 'no-worker'; readonly text: string }
  | { readonly kind: 'lost'; readonly text: string; readonly exitCode: number };

const LOOK_MS = 1_000;
/** A deploy that no worker has answered for by then has none (I-21: said within 15 s). */
const NOBODY_MS = 6_000;
/** Without an answer of Temporal for this long the command gives up; the deploy does not. */
const LOST_MS = 120_000;

/** Shows a deploy's progress until it ends, halts, or the command is interrupted: a command never stops a deploy. */
export async function follow(
  access: TemporalAccess,
  workflowId: string,
  context: CommandContext,
  options: GlobalOptions,
  timeoutMs?: number,
): Promise<End> {
  const renderer = createRenderer(context, options, access.namespace);
  const began = Date.now();
  let heard = Date.now();
  let interrupted = false;
  let answered = false;
  let forgotten = false;
  const interrupt = (): void => void (interrupted = true);
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    for (;;) {
      let snapshot: Snapshot | undefined;
      try {
        snapshot = await takeSnapshot(access, workflowId, options.fleet);
        heard = Date.now();
      } catch (error) {
        if (!isGrpcServiceError(error)) throw error;
        renderer.trouble(`Temporal does not answer at ${access.address}; the deploy goes on there`);
        if (Date.now() - heard > LOST_MS)
          return {
            kind: 'lost',
            exitCode: 5,
            text: `Temporal has not answered at ${access.address} for ${LOST_MS / 1000} s. The deploy is kept there; run the step again to attach to ${workflowId}.`,
          };
      }
      if (snapshot !== undefined) {
        if (!snapshot.running) return await ended(access, workflowId, renderer);
        renderer.show(snapshot);
        // One that somebody has told to turn back or to end is on its way, and is followed to there.
        if (snapshot.status?.halted !== undefined && snapshot.status.asked === undefined) {
          renderer.halted(snapshot.status);
          return { kind: 'halted', status: snapshot.status };
        }
      }
      answered ||= snapshot?.status !== undefined;
      if (!answered && !forgotten && snapshot?.silent !== undefined) {
        // The question may have gone to a worker that was killed seconds ago; the next one goes to whoever polls now.
        forgotten = true;
        await forgetWorker(access, workflowId).catch(() => undefined);
        continue;
      }
      if (!answered && snapshot?.silent !== undefined && Date.now() - began > NOBODY_MS) {
        return {
          kind: 'no-worker',
          text: `No worker polls the lane \`${access.lane}\`. ${workflowId} is started and goes on when one comes: greenlane worker, where the secrets are.`,
        };
      }
      if (interrupted) return { kind: 'detached' };
      if (timeoutMs !== undefined && Date.now() - began > timeoutMs) return { kind: 'waited' };
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (interrupted) return { kind: 'detached' };
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
    renderer.close();
  }
}

async function ended(
  access: TemporalAccess,
  workflowId: string,
  renderer: ReturnType<typeof createRenderer>,
): Promise<End> {
  const result = await resultOf(access, workflowId);
  if (result !== undefined) {
    renderer.end(result);
    return { kind: 'ended', result };
  }
  return { kind: 'lost', exitCode: 1, text: (await lostDeploy(access, workflowId)).text };
}
