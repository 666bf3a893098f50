import * as wf from '@temporalio/workflow';
import { statusQuery } from '../../src/workflows/messages.ts';

/** Sleeps for so long, and tells by how much its clock was past the time to wake when it did; with `more` ms of sleep after that. */
export async function sleeper(ms: number, more = 0): Promise<number> {
  let late: number | null = null;
  wf.setHandler(wf.defineQuery<number | null>(statusQuery.name), () => late);
  const due = Date.now() + ms;
  await wf.sleep(ms);
  late = Date.now() - due;
  if (more > 0) await wf.sleep(more);
  return late;
}

/** Waits for ever, and counts what it hears. */
export async function listener(): Promise<void> {
  let heard = 0;
  wf.setHandler(wf.defineQuery<number>(statusQuery.name), () => heard);
  wf.setHandler(wf.defineSignal('halt'), () => void (heard += 1));
  await wf.condition(() => false);
}

/** Fails its tasks until then, ms since the epoch by the worker's clock, once it is told to. */
export async function stumbler(until: number): Promise<void> {
  let stumbles = false;
  wf.setHandler(wf.defineUpdate<string>('halt'), () => 'heard');
  wf.setHandler(wf.defineSignal('stumble'), () => void (stumbles = true));
  await wf.condition(() => stumbles);
  if (wf.workflowInfo().unsafe.now() < until) throw new Error('stumbles');
  await wf.condition(() => false);
}
