import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { localEnvironment, timeSkippingEnvironment } from '../support/temporal.ts';

const workflowsPath = new URL('./fixtures/workflows.ts', import.meta.url).pathname;
const taskQueue = 'dev-environments';
const start = {
  taskQueue,
  workflowIdReusePolicy: 'REJECT_DUPLICATE',
  workflowIdConflictPolicy: 'FAIL',
} as const;
let environment: TestWorkflowEnvironment;
afterEach(() => environment.teardown());

function startWorker(): Promise<Worker> {
  return Worker.create({ connection: environment.nativeConnection, taskQueue, workflowsPath });
}

describe('timeSkippingEnvironment', () => {
  it('sleeps an hour at once, and knows Greenlane’s search attributes', async () => {
    environment = await timeSkippingEnvironment();
    const began = Date.now();
    const worker = await startWorker();
    const result = await worker.runUntil(
      environment.client.workflow.execute('sleeper', { ...start, workflowId: 'hour', args: ['1h'] }),
    );
    expect(result).toBe('awake');
    expect(Date.now() - began).toBeLessThan(30_000);
  });

  it('skips no time while nobody awaits a result', async () => {
    environment = await timeSkippingEnvironment();
    const before = await environment.currentTimeMs();
    const worker = await startWorker();
    await worker.runUntil(async () => {
      const handle = await environment.client.workflow.start('sleeper', {
        ...start,
        workflowId: 'day',
        args: ['24h'],
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await handle.describe()).status.name).toBe('RUNNING');
      expect((await environment.currentTimeMs()) - before).toBeLessThan(60_000);
    });
  });
});

describe('localEnvironment', () => {
  it('finds workflows by Greenlane’s search attributes', async () => {
    environment = await localEnvironment();
    const worker = await startWorker();
    await worker.runUntil(async () => {
      await environment.client.workflow.execute('sleeper', { ...start, workflowId: 'short', args: ['1ms'] });
      await expect
        .poll(() => environment.client.workflow.count('GreenlaneFleet = "x" AND GreenlaneOutcome = "x"'), {
          timeout: 30_000,
        })
        .toMatchObject({ count: 1 });
    });
  });
});
