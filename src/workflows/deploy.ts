import * as wf from '@temporalio/workflow';
import { prepare, preflight, touchedBy } from './activities.ts';
import { approval, gates } from './before.ts';
import { conclude } from './conclude.ts';
import { Ended } from './ends.ts';
import { activity } from './failures.ts';
import { queue } from './queue.ts';
import { sameSha } from '../rollout/sha.ts';
import { rollBack } from './roll-back.ts';
import { rollOut } from './roll-out.ts';
import { Run } from './run.ts';
import { searchAttributes } from './search-attributes.ts';
import type { DeployInput } from './state.ts';
import type { DeployResult } from './status.ts';
import { Steering } from './steering.ts';
import { dryRun, verify } from './verify.ts';

/**
 * One deploy of one release to one fleet. This function is the runbook: what happens to a green commit, in order.
 * Every step leaves its result in `run.state`, so that a run that continues as new goes on behind the last one.
 */
export async function deploy(input: DeployInput): Promise<DeployResult> {
  const run = new Run(input);
  const steering = new Steering(run);

  return conclude(run, steering, async () => {
    await begin(run); //                  what the worker's configuration makes of the request
    if (run.settings.dryRun) return dryRun(run, steering);
    if (input.undo !== undefined)
      return rollBack(run, steering, { reason: input.reason ?? 'rollback', actor: input.actor });

    await gates(run, steering); //        every required context is success on this exact SHA
    await approval(run, steering); //     a person said yes, where the fleet asks for one
    await queue(run, steering); //        the fleet is ours, and nobody else's
    await check(run, steering); //        nothing has been touched: may it be?
    await rollOut(run, steering); //      canary, soak, waves
    await verify(run, steering); //       every tenant answers the release's SHA
  });
}

async function begin(run: Run): Promise<void> {
  const { state, input } = run;
  if (state.settings !== undefined) {
    run.enter(state.phase, `going on with run ${state.runs + 1} of this deploy`);
    return;
  }
  run.enter('starting', 'reading the configuration');
  run.note(`asked for${input.reason === undefined ? '' : `: ${input.reason}`}`, input.actor);
  if (input.searchAttributes === true)
    wf.upsertSearchAttributes([{ key: searchAttributes.fleet, value: input.fleet }]);
  state.settings = await activity(() =>
    prepare.executeWithOptions({ summary: `the configuration of ${input.fleet}` }, [input]),
  );
  if (input.searchAttributes === true)
    wf.upsertSearchAttributes([{ key: searchAttributes.sha, value: state.settings.sha }]);
  for (const warning of state.settings.warnings) run.warn(warning);
  if (input.undo !== undefined) await recall(run, input.undo);
  else if (input.earlier !== undefined) await remember(run, input.earlier);
  if (state.settings.kind === 'auto' && state.settings.disabledAtStart) {
    throw new Ended(
      'disabled',
      `${state.settings.killSwitchVariable} was on when the deploy was started; no tenant was touched`,
    );
  }
  run.tell('pending', state.settings.kind === 'auto' ? 'waiting for the gates' : 'started', 'started');
}

/** What the deploy to undo touched, and what its tenants ran before. */
async function recall(run: Run, undo: NonNullable<DeployInput['undo']>): Promise<void> {
  const touched = await activity(() =>
    touchedBy.executeWithOptions({ summary: `what ${undo.workflowId} touched` }, [undo]),
  );
  const { state, settings } = run;
  if (touched.fleet !== settings.fleet || !sameSha(touched.sha, settings.sha))
    throw new Ended('failed', `${undo.workflowId} was no deploy of ${settings.tag} to ${settings.fleet}`);
  state.former = [...touched.former];
  state.extent = touched.extent;
  if (touched.canary !== undefined)
    state.canary = { sha: touched.canary.sha, onTarget: true, done: true, touched: true };
}

/** What the attempt before this one touched, as far as it left a record: a rollback takes that back as well. */
async function remember(run: Run, earlier: NonNullable<DeployInput['earlier']>): Promise<void> {
  const { state, settings } = run;
  try {
    const touched = await touchedBy.executeWithOptions({ summary: 'what the attempt before touched' }, [
      earlier,
    ]);
    if (touched.fleet !== settings.fleet || !sameSha(touched.sha, settings.sha)) return;
    const { former, extent, canary } = touched;
    state.earlier = { former, extent, ...(canary === undefined ? {} : { canary }) };
    state.extent = extent;
  } catch (error) {
    if (!(error instanceof wf.ActivityFailure) || wf.isCancellation(error)) throw error;
    run.warn(
      `what the attempt before this one touched is not known: a rollback takes back only what this one touches`,
    );
  }
}

/** Holding the fleet, before the first side effect (design: step 4). */
async function check(run: Run, steering: Steering): Promise<void> {
  const { state } = run;
  if (state.checked === true) return;
  await steering.boundary();
  run.enter('preflight', 'checking branch, supersession, kill switch and image');
  const { queued, preflight: seen } = steering.place;
  const found =
    seen ??
    (await activity(() =>
      preflight.executeWithOptions({ summary: 'branch, supersession, kill switch, image' }, [
        { settings: run.settings, queued },
      ]),
    ));
  switch (found.verdict) {
    case 'refused':
      throw new Ended('failed', found.reason);
    case 'disabled':
      throw new Ended('disabled', `${found.reason}; no tenant was touched`);
    case 'superseded':
      throw new Ended('superseded', found.reason, { supersededBy: found.by });
    case 'go':
      if (found.digest !== undefined) state.digest = found.digest;
      for (const warning of found.warnings) run.warn(warning);
      state.checked = true;
  }
}
