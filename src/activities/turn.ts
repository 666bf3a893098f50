import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { CancelledFailure, WorkflowNotFoundError } from '@temporalio/common';
import { lockId } from '../workflows/lock-id.ts';
import { turnUpdate, withdrawSignal } from '../workflows/messages.ts';
import type { Activities, Turn, TurnInput } from './contract.ts';
import { unsure } from './failure.ts';
import type { Fleets } from './fleets.ts';
import { preflight } from './preflight.ts';

/** A worker that is gone is noticed by this; a deploy that left its place stops waiting as soon. */
const BEAT_MS = 1_000;
const AGAIN_MS = 100;
/** One question is open for at most this long; then it is asked again, which adds nothing to the lock's history. */
const ANSWER_MS = 10_000;

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

/** Asks the lock until it says whose turn it is; given up at once when the deploy left, or the worker is to stop. */
async function myTurn(input: TurnInput): Promise<Turn> {
  const { cancellationSignal } = Context.current();
  const givenUp = AbortSignal.any([cancellationSignal, stopping.signal]);
  // One listener for all of a turn: it may last for hours, and asks again every ten seconds.
  const end = aborted(givenUp);
  for (;;) {
    const turn = await Promise.race([askTurn(input), end]);
    if (turn === 'aborted') {
      if (cancellationSignal.aborted) throw new CancelledFailure('it waits for the fleet no longer');
      throw unsure('WorkerStops', 'this worker is about to stop; another one waits on', 500);
    }
    if (turn !== undefined && turn.kind !== 'again') return turn;
    await Promise.race([sleep(AGAIN_MS), end]);
  }
}

/** One question to the lock; undefined when it was not answered in time. */
async function askTurn({ fleet, workflowId, runId, nonce }: TurnInput): Promise<Turn | undefined> {
  const { client } = Context.current();
  const lock = client.workflow.getHandle(lockId(fleet));
  try {
    // The same id as before: what is asked again joins the question that is open.
    return await client.withDeadline(Date.now() + ANSWER_MS, () =>
      lock.executeUpdate(turnUpdate, { args: [{ workflowId, runId, nonce }], updateId: `turn-${nonce}` }),
    );
  } catch (error) {
    // Not answered yet, or there is no lock any more: one that was terminated leaves its updates open.
    return error instanceof WorkflowNotFoundError || !(await isOpen(lock)) ? { kind: 'gone' } : undefined;
  }
}

/** Whether a workflow runs, as far as Temporal can tell. */
async function isOpen(workflow: WorkflowHandle): Promise<boolean> {
  try {
    return (await workflow.describe()).status.name === 'RUNNING';
  } catch (error) {
    return !(error instanceof WorkflowNotFoundError);
  }
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}

const stopping = new AbortController();

/** Gives all turns of this process to other workers: it is about to stop, and a turn may last for hours. */
export function leaveTurns(): void {
  stopping.abort();
}

/**
 * The deploy was terminated while it waited: its place is given up at once, so that nobody is granted to a ghost. An
 * attempt that Temporal gave up for a newer one hears the same, and must not take the fleet from a deploy that goes on.
 */
async function withdraw({ fleet, workflowId, runId, nonce }: TurnInput): Promise<void> {
  const { client, info } = Context.current();
  if (await isOpen(client.workflow.getHandle(workflowId, info.workflowExecution?.runId))) return;
  const lock = client.workflow.getHandle(lockId(fleet));
  await lock.signal(withdrawSignal, { workflowId, runId, nonce }).catch(() => undefined);
}
