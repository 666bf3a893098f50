import * as wf from '@temporalio/workflow';
import { requestFleet } from './activities.ts';
import { lockId } from './lock-id.ts';
import { releaseSignal, withdrawSignal } from './messages.ts';
import type { ReleaseMessage } from '../rollout/lock/messages.ts';
import type { Run } from './run.ts';
import type { Steering } from './steering.ts';

/** A request is repeated this often while it waits, so that a lock that was lost and made anew learns of it. */
const ASK_AGAIN_MS = 5 * 60_000;

/** Waits for the fleet. A halted deploy that holds nothing leaves the queue: nobody waits behind it. */
export async function queue(run: Run, steering: Steering): Promise<void> {
  const { state, settings, input } = run;
  while (state.epoch === undefined) {
    await steering.boundary();
    const nonce = wf.uuid4();
    run.enter('queued', `waiting for the fleet ${settings.fleet}; who is before it: greenlane queue`);
    const ask = async (): Promise<void> => {
      await requestFleet.executeWithOptions({ summary: `a place in the queue of ${settings.fleet}` }, [
        {
          fleet: settings.fleet,
          workflowId: run.workflowId,
          runId: run.runId,
          nonce,
          sha: settings.sha,
          tag: settings.tag,
          kind: settings.kind,
          urgent: input.urgent === true,
          actor: input.actor,
          reason: input.reason ?? '',
          readyAt: state.greenAt ?? Date.now(),
          searchAttributes: input.searchAttributes === true,
        },
      ]);
    };
    const granted = (): boolean => steering.grant !== undefined && steering.grant.nonce === nonce;
    const interrupted = (): boolean => steering.wished || state.halt !== undefined;
    while (!granted() && !interrupted()) {
      await ask();
      await wf.condition(() => granted() || interrupted(), ASK_AGAIN_MS, {
        summary: `queue of ${settings.fleet}`,
      });
    }
    if (!granted() || interrupted()) {
      await leave(run);
      continue;
    }
    state.epoch = steering.grant?.epoch as number;
    const good = steering.grant?.lastKnownGood;
    if (good !== undefined) state.lastKnownGood = good;
    run.note(`holds the fleet, epoch ${state.epoch}`);
  }
}

/** Gives the place, or a grant that is on its way, back. */
export async function leave(run: Run): Promise<void> {
  await toLock(run, (lock) => lock.signal(withdrawSignal, { workflowId: run.workflowId, runId: run.runId }));
}

/** Gives the fleet back with what came of it; the lock writes its ledger from this. */
export async function release(
  run: Run,
  message: Omit<ReleaseMessage, 'workflowId' | 'runId'>,
): Promise<void> {
  await toLock(run, (lock) =>
    lock.signal(releaseSignal, { ...message, workflowId: run.workflowId, runId: run.runId }),
  );
}

async function toLock(run: Run, say: (lock: wf.ExternalWorkflowHandle) => Promise<void>): Promise<void> {
  try {
    await wf.CancellationScope.nonCancellable(() =>
      say(wf.getExternalWorkflowHandle(lockId(run.input.fleet))),
    );
  } catch {
    // The lock is gone, or was lost: nothing is held there, and it notices closed holders through Temporal.
    run.note('the fleet lock could not be told');
  }
}
