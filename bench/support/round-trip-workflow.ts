import { proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** Runs activities that do nothing, one after another; returns the milliseconds each took, as the workflow sees it. */
export async function roundTrips(count: number): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = Date.now();
    await nothing();
    took.push(Date.now() - began);
  }
  return took;
}
