import * as wf from '@temporalio/workflow';
import type { ReleaseMessage } from '../rollout/lock/messages.ts';
import { giveBack } from './activities.ts';
import { lockId } from './lock-id.ts';
import type { Run } from './run.ts';

/** Says something to the fleet's lock; false when there is none that hears it. Also said by a deploy that was cancelled. */
export async function tellLock<T>(run: Run, signal: wf.SignalDefinition<[T]>, message: T): Promise<boolean> {
  try {
    await wf.CancellationScope.nonCancellable(() =>
      wf.getExternalWorkflowHandle(lockId(run.input.fleet)).signal(signal, message),
    );
    return true;
  } catch {
    run.note('the fleet lock could not be told');
    return false;
  }
}

/** Gives the fleet back with what came of it; the lock writes its ledger from this. */
export async function release(
  run: Run,
  more: Omit<ReleaseMessage, 'workflowId' | 'runId' | 'epoch'>,
): Promise<void> {
  const { workflowId, runId, input, state } = run;
  const { fleet } = input;
  const message: ReleaseMessage = {
    ...more,
    workflowId,
    runId,
    ...(state.epoch === undefined ? {} : { epoch: state.epoch }),
  };
  run.released = true;
  try {
    await giveBack.executeWithOptions({ summary: `${fleet} is free: ${more.outcome}` }, [
      { fleet, searchAttributes: input.searchAttributes === true, message },
    ]);
  } catch {
    run.note('no fleet lock could be told of the end; it notices it through Temporal');
  }
}
