import * as wf from '@temporalio/workflow';
import { formatDuration } from '../rollout/duration.ts';
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
    run.enter(
      'gates',
      `waiting for ${settings.required.length} gates, at most ${formatDuration(settings.gateTimeoutMs)}`,
    );
    try {
      await steering.unlessEnded(() =>
        gateActivities(settings).awaitGates.executeWithOptions(
          { summary: `${settings.required.length} contexts on ${settings.sha.slice(0, 7)}` },
          [
            {
              fleet: settings.fleet,
              sha: settings.sha,
              required: settings.required,
              pollMs: settings.gatePollMs,
            },
          ],
        ),
      );
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

/** Waits for a person where the fleet asks for one; before the queue, so that nobody waits behind it. */
export async function approval(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  if (!settings.approval.required || settings.kind !== 'auto' || state.approved === true) return;
  const until = Date.now() + settings.approval.timeoutMs;
  run.enter('approval', `waiting for approval, at most ${formatDuration(settings.approval.timeoutMs)}`);
  run.tell('pending', 'waiting for approval', 'approval');
  for (;;) {
    await steering.boundary();
    if (isApproved(run)) return;
    const left = until - Date.now();
    if (left <= 0)
      throw new Ended('failed', `nobody approved it within ${formatDuration(settings.approval.timeoutMs)}`);
    await wf.condition(() => isApproved(run) || steering.wished || state.halt !== undefined, left, {
      summary: 'approval',
    });
  }
}

function isApproved(run: Run): boolean {
  return run.state.approved === true;
}
