import { Context } from '@temporalio/activity';
import { CancelledFailure, WorkflowNotFoundError } from '@temporalio/common';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { lockId } from '../workflows/lock-id.ts';
import { turnUpdate, withdrawSignal } from '../workflows/messages.ts';
import type { Activities, Turn, TurnInput } from './contract.ts';
import { unsure } from './failure.ts';
import type { Fleets } from './fleets.ts';
import { preflight } from './preflight.ts';

/** A worker that is gone is noticed by this; a deploy that left its place stops waiting as soon. */
const BEAT_MS = 1_000;
const AGAIN_MS = 100;

/** Waits for the fleet on behalf of the deploy whose turn is next, and looks whether it may go on. */
export function takeTurn(fleets: Fleets): Activities['takeTurn'] {
  const look = preflight(fleets);
  return async (input) => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), BEAT_MS);
    try {
      const turn = await myTurn(input);
      if (turn.kind !== 'granted') return { kind: 'gone' };
      const { grant } = turn;
      if (input.settings === undefined) return { kind: 'granted', grant };
      try {
        const found = await look({ settings: input.settings, queued: grant.queued });
        return { kind: 'granted', grant, preflight: found };
      } catch {
        // The deploy looks itself, with tries of its own, and says why it could not.
        return { kind: 'granted', grant };
      }
    } catch (error) {
      if (context.cancellationDetails?.notFound === true) await withdraw(input);
      throw error;
    } finally {
      clearInterval(beat);
    }
  };
}

async function myTurn({ fleet, workflowId, runId, nonce }: TurnInput): Promise<Turn> {
  const { client, cancellationSignal, sleep } = Context.current();
  const lock = client.workflow.getHandle(lockId(fleet));
  for (;;) {
    try {
      const turn = await client.withAbortSignal(cancellationSignal, () =>
        lock.executeUpdate(turnUpdate, { args: [{ workflowId, runId, nonce }] }),
      );
      if (turn.kind !== 'again') return turn;
    } catch (error) {
      if (cancellationSignal.aborted) throw new CancelledFailure('it waits for the fleet no longer');
      if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
      // A lock that ends takes its open updates with it; the next look finds the one after it.
      if (!(error instanceof WorkflowUpdateFailedError))
        throw unsure('TurnUnknown', 'the fleet lock did not answer whose turn it is', 1_000);
    }
    await sleep(AGAIN_MS);
  }
}

/** The deploy was terminated while it waited: its place is given up at once, so that nobody is granted to a ghost. */
async function withdraw({ fleet, workflowId, runId, nonce }: TurnInput): Promise<void> {
  const lock = Context.current().client.workflow.getHandle(lockId(fleet));
  await lock.signal(withdrawSignal, { workflowId, runId, nonce }).catch(() => undefined);
}
