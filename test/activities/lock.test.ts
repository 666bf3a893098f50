import { MockActivityEnvironment, type TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { watchHolder } from '../../src/activities/lock.ts';
import { Fleets } from '../../src/activities/fleets.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { localEnvironment } from '../support/temporal.ts';
import { configOf } from '../support/worker.ts';

let environment: TestWorkflowEnvironment;
let sim: Simulator;

beforeAll(async () => {
  [environment, sim] = await Promise.all([localEnvironment(), startSimulator({ tenants: 1 })]);
});
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  await environment.teardown();
  await sim.close();
});

describe('I-30: the watch on a holder that was terminated while a call may be out', () => {
  it.each([
    ['right', 0],
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('keeps the fleet for the budget of a call, with a clock that is %s', async (_, offMs) => {
    const env = { CP_ADMIN_API_TOKEN: 'a-token', AUTO_SYNC_TOKEN: 'a-token' };
    const fleets = new Fleets([configOf('fleet-1', sim, { rollout: { postTimeout: '90s' } }, env)], env);
    const { client } = environment;
    const holder = await client.workflow.start('deploy', {
      workflowId: `deploy/fleet-1/${offMs}`,
      taskQueue: 'nobody-polls',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    });
    await holder.terminate();
    const now = Date.now();
    const activity = new MockActivityEnvironment({ currentAttemptScheduledTimestampMs: now }, { client });
    vi.useFakeTimers({ toFake: ['Date'], now: now + offMs });
    const look = watchHolder(fleets);
    const input = { fleet: 'fleet-1', workflowId: holder.workflowId, runId: holder.firstExecutionRunId };
    const { busyMs } = await activity.run<[typeof input], Awaited<ReturnType<typeof look>>, typeof look>(
      look,
      input,
    );
    expect(busyMs).toBeGreaterThan(85_000);
    expect(busyMs).toBeLessThanOrEqual(95_000);
  });
});
