/**
 * The real lock, and deploys that do nothing but queue for it: with the real place in the queue, the real steering
 * and the real release, and without a rollout in between. What a test sees of them is `acts`.
 */
import * as wf from '@temporalio/workflow';
import type { DeploySettings } from '../../src/rollout/request.ts';
import { Ended } from '../../src/workflows/ends.ts';
import { release } from '../../src/workflows/lock-signals.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import { grantSignal, nextSignal, releaseSignal, requestSignal } from '../../src/workflows/messages.ts';
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

/** A grant as an asker heard it. */
export interface Heard {
  readonly epoch: number;
  readonly readyAt: number;
  /** The lock had the request by then, and the asker the grant; ms of the server's clock. */
  readonly askedBy: number;
  readonly heardBy: number;
}

/**
 * Asks for the fleet so many times, one after another, by signals alone; each time it has it, it gives it back and
 * stands at the end of the queue again. For lives of a lock with thousands of requests.
 */
export async function asker(input: { fleet: string; n: number; rounds: number }): Promise<Heard[]> {
  const { workflowId, firstExecutionRunId: runId } = wf.workflowInfo();
  const lock = wf.getExternalWorkflowHandle(lockId(input.fleet));
  const granted: { readonly nonce: string; readonly epoch: number }[] = [];
  const heard: Heard[] = [];
  wf.setHandler(grantSignal, (grant) => void granted.push(grant));
  wf.setHandler(nextSignal, () => undefined);
  const sha = input.n.toString(16).padStart(40, '0');
  let said: Promise<unknown> = Promise.resolve();
  for (let round = 0; round < input.rounds; round += 1) {
    // Whoever asks anew while it still holds is one that was reset.
    await said;
    const readyAt = round === 0 ? input.n : Date.now();
    await lock.signal(requestSignal, {
      ...{
        workflowId,
        runId,
        nonce: `${round}`,
        sha,
        tag: `staging-${input.n}`,
        kind: 'auto',
        urgent: false,
      },
      ...{ actor: 'an asker', reason: '', readyAt, closures: [] },
    });
    const askedBy = Date.now();
    await wf.condition(() => granted.length > round);
    const { epoch, nonce } = granted[round] as { nonce: string; epoch: number };
    if (nonce !== `${round}`) throw wf.ApplicationFailure.nonRetryable(`granted ${nonce} in round ${round}`);
    heard.push({ epoch, readyAt, askedBy, heardBy: Date.now() });
    said = lock.signal(releaseSignal, { workflowId, runId, epoch, outcome: 'deployed', reason: '' });
  }
  await said;
  if (granted.length > input.rounds) throw wf.ApplicationFailure.nonRetryable('granted more than it asked');
  return heard;
}

export async function deploy(input: StandInInput): Promise<string> {
  const run = new Run(input);
  const steering = new Steering(run);
  const { state } = run;
  let finish = input.brief === true;
  let goOn = false;
  let fail = false;
  wf.setHandler(wf.defineSignal('finish'), () => void (finish = true));
  wf.setHandler(wf.defineSignal('go-on'), () => void (goOn = true));
  wf.setHandler(wf.defineSignal('fail'), () => void (fail = true));
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
  await wf.condition(() => finish || goOn || fail);
  if (fail) throw wf.ApplicationFailure.nonRetryable('it was told to');
  if (goOn && !finish) await wf.continueAsNew<typeof deploy>({ ...input, carried: state });
  await release(run, { outcome: 'deployed', reason: 'it was told to' });
  return 'deployed';
}

/** Stands for a deploy whose requests somebody else makes: hears its grants until it is to tell them. */
export async function listener(): Promise<{ nonce: string; epoch: number }[]> {
  const heard: { nonce: string; epoch: number }[] = [];
  let over = false;
  wf.setHandler(grantSignal, ({ nonce, epoch }) => void heard.push({ nonce, epoch }));
  wf.setHandler(nextSignal, () => undefined);
  wf.setHandler(wf.defineSignal('finish'), () => void (over = true));
  await wf.condition(() => over);
  return heard;
}
