import * as wf from '@temporalio/workflow';
import { formatDuration } from '../rollout/duration.ts';
import type { DeploySettings } from '../rollout/request.ts';
import { gateActivities } from './activities.ts';
import { Ended } from './ends.ts';
import { reasonOf, wasRefused } from './failures.ts';
import type { Run } from './run.ts';
import type { Steering } from './steering.ts';

/** Waits until every required context is green. A manual deploy and a rollback are somebody's decision: no gates. */
export async function gates(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  if (state.greenAt !== undefined) return;
  if (settings.kind === 'auto') {
    try {
      let green = false;
      while (!green) {
        await steering.boundary();
        run.enter(
          'gates',
          `waiting for ${settings.required.length} gates, at most ${formatDuration(settings.gateTimeoutMs)}`,
        );
        green = await steering.unlessStopped(() => awaitGates(settings));
      }
    } catch (error) {
      if (!(error instanceof wf.ActivityFailure) || wf.isCancellation(error)) throw error;
      const late = `not green within ${formatDuration(settings.gateTimeoutMs)}`;
      const reason = reasonOf(error, late);
      // What was still missing when the time was over is said with how long that was (I-26).
      throw new Ended(
        'failed',
        `gates: ${wasRefused(error) || reason === late ? reason : `${late}: ${reason}`}`,
      );
    }
    run.note(`${settings.required.length} gates green`);
  }
  state.greenAt = Date.now();
  await steering.boundary();
}

function awaitGates(settings: DeploySettings): Promise<unknown> {
  const { fleet, sha, required, gatePollMs } = settings;
  return gateActivities(settings).awaitGates.executeWithOptions(
    { summary: `${required.length} contexts on ${sha.slice(0, 7)}` },
    [{ fleet, sha, required, pollMs: gatePollMs }],
  );
}

/** Waits for a person where the fleet asks for one; before the queue, so that nobody waits behind it. */
export async function approval(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  if (!settings.approval.required || settings.kind !== 'auto' || state.approved === true) return;
  const { timeoutMs } = settings.approval;
  for (;;) {
    if (state.phase !== 'approval') {
      run.enter('approval', `waiting for approval, at most ${formatDuration(timeoutMs)}`);
      run.tell('pending', 'waiting for approval', 'approval');
    }
    await steering.boundary();
    if (isApproved(run)) return;
    // It was halted and resumed: the wait begins anew.
    if (run.state.phase !== 'approval') continue;
    const moved = await wf.condition(
      () => isApproved(run) || steering.wished || state.halt !== undefined,
      timeoutMs,
      { summary: 'approval' },
    );
    if (!moved) throw new Ended('failed', `nobody approved it within ${formatDuration(timeoutMs)}`);
  }
}

function isApproved(run: Run): boolean {
  return run.state.approved === true;
}
