import * as wf from '@temporalio/workflow';

/**
 * What lock.bench.ts measures against. The lock is Temporal's own mutex pattern, written again from what it does: it
 * grants by a signal that names the signal for the release, under a lease; holders ask through an activity.
 */
interface Request {
  readonly initiator: string;
  readonly leaseMs: number;
}

const requested = wf.defineSignal<[Request]>('requested');
const acquired = wf.defineSignal<[string]>('acquired');
const ball = wf.defineSignal('ball');

const { ask, work } = wf.proxyActivities<{
  ask(lock: string, leaseMs: number): Promise<void>;
  work(): Promise<void>;
}>({ startToCloseTimeout: '1 minute' });

export async function mutexLock(requests: Request[] = []): Promise<void> {
  wf.setHandler(requested, (request) => void requests.push(request));
  while (!wf.workflowInfo().continueAsNewSuggested) {
    await wf.condition(() => requests.length > 0);
    const { initiator, leaseMs } = requests.shift() as Request;
    const release = wf.uuid4();
    let released = false;
    await wf.getExternalWorkflowHandle(initiator).signal(acquired, release);
    wf.setHandler(wf.defineSignal(release), () => void (released = true));
    await wf.condition(() => released, leaseMs);
  }
  await wf.continueAsNew<typeof mutexLock>(requests);
}

/** Asks for the lock, works once, gives it back. */
export async function mutexHolder(lock: string): Promise<void> {
  let release = '';
  wf.setHandler(acquired, (name) => void (release = name));
  await ask(lock, 60_000);
  await wf.condition(() => release !== '');
  await work();
  await wf.getExternalWorkflowHandle(lock).signal(release);
}

/** Throws a ball to another workflow and waits until it is back, so often; the ms each round took. */
export async function throwBall(to: string, rounds: number): Promise<number[]> {
  let caught = 0;
  wf.setHandler(ball, () => void (caught += 1));
  const took: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const began = Date.now();
    await wf.getExternalWorkflowHandle(to).signal(ball);
    await wf.condition(() => caught >= round);
    took.push(Date.now() - began);
  }
  return took;
}

/** Throws every ball back. */
export async function throwBack(to: string, rounds: number): Promise<void> {
  let caught = 0;
  wf.setHandler(ball, () => void (caught += 1));
  for (let round = 1; round <= rounds; round += 1) {
    await wf.condition(() => caught >= round);
    await wf.getExternalWorkflowHandle(to).signal(ball);
  }
}
