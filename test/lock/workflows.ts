/**
 * The real lock, and deploys that do nothing but queue for it: with the real place in the queue, the real steering
 * and the real release, and without a rollout in between. What a test sees of them is `acts`.
 */
import * as wf from '@temporalio/workflow';
import type { DeploySettings } from '../../src/rollout/request.ts';
import { Ended } from '../../src/workflows/ends.ts';
import { release } from '../../src/workflows/lock-signals.ts';
import { queue } from '../../src/workflows/queue.ts';
import { Run } from '../../src/workflows/run.ts';
import type { DeployInput } from '../../src/workflows/state.ts';
import { Steering } from '../../src/workflows/steering.ts';

export { fleetLock } from '../../src/workflows/fleet-lock.ts';

export interface StandInInput extends DeployInput {
  readonly settings: DeploySettings;
  readonly readyAt: number;
  /** Ends at once when it has the fleet; else when it is told. */
  readonly brief?: boolean;
}

const { acts } = wf.proxyActivities<{
  acts(workflowId: string, runId: string, epoch: number): Promise<void>;
}>({
  startToCloseTimeout: '10s',
});

export async function deploy(input: StandInInput): Promise<string> {
  const run = new Run(input);
  const steering = new Steering(run);
  const { state } = run;
  let finish = input.brief === true;
  let goOn = false;
  wf.setHandler(wf.defineSignal('finish'), () => void (finish = true));
  wf.setHandler(wf.defineSignal('go-on'), () => void (goOn = true));
  state.settings = input.settings;
  state.greenAt ??= input.readyAt;
  try {
    await queue(run, steering);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    steering.close();
    await steering.place.leave();
    return error.outcome;
  }
  if (state.runs === 0 || state.checked !== true)
    await acts(run.workflowId, run.runId, state.epoch as number);
  state.checked = true;
  await wf.condition(() => finish || goOn);
  if (goOn && !finish) await wf.continueAsNew<typeof deploy>({ ...input, carried: state });
  await release(run, { outcome: 'deployed', reason: 'it was told to' });
  return 'deployed';
}
