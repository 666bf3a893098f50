import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import protocol from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AskAgain, isNotTaken } from '../../src/client/ask-again.ts';
import { statusQuery } from '../../src/workflows/messages.ts';
import { testBundle } from '../support/bundle.ts';
import { localEnvironment } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import type { listener, sleeper, stumbler } from './sleepers.ts';

const { COMMAND_TYPE_START_TIMER } = protocol.temporal.api.enums.v1.CommandType;
const { TASK_QUEUE_KIND_STICKY } = protocol.temporal.api.enums.v1.TaskQueueKind;
const LANE = 'lane';
const TIMER_MS = 1_000;
/** How long Temporal waits for a worker that has the workflow in its memory; longer than the timer. */
const STICKY_MS = 1_500;
/** How long Temporal waits for a worker that has begun a task. */
const TASK_MS = 5_000;

let environment: TestWorkflowEnvironment;
let client: Client;
let bundle: string;
/** Ends the worker that came after the one that was killed. */
let end = async (): Promise<void> => undefined;
beforeAll(async () => {
  [environment, bundle] = await Promise.all([
    localEnvironment(),
    testBundle('test/workflows/sleepers.ts', 'src/workflows/interceptors.ts'),
  ]);
  const { connection } = environment;
  client = new Client({ connection, interceptors: { workflow: [new AskAgain()] } });
});
afterAll(async () => {
  await end();
  await environment.teardown();
});

type TaskQueue = protocol.temporal.api.taskqueue.v1.ITaskQueue;

const base = { namespace: 'default', identity: 'one that is killed' };
const poll = async (taskQueue: TaskQueue) =>
  client.withDeadline(Date.now() + 10_000, () =>
    client.workflowService.pollWorkflowTaskQueue({ ...base, taskQueue }),
  );

/** Does the first task of the next run in the lane as a worker that is killed right after it; its own queue. */
async function workAndDie(commands: protocol.temporal.api.command.v1.ICommand[]): Promise<TaskQueue> {
  const { workflowService } = client;
  const task = await poll({ name: LANE });
  const own = {
    name: `memory of ${task.workflowExecution?.runId}`,
    kind: TASK_QUEUE_KIND_STICKY,
    normalName: LANE,
  };
  await workflowService.respondWorkflowTaskCompleted({
    ...base,
    taskToken: task.taskToken,
    commands,
    stickyAttributes: {
      workerTaskQueue: own,
      scheduleToStartTimeout: {
        seconds: Math.floor(STICKY_MS / 1000),
        nanos: (STICKY_MS % 1000) * 1e6,
      } as never,
    },
  });
  // Temporal gives a worker that has not polled its own queue lately up at once.
  await client.withAbortSignal(AbortSignal.timeout(200), () => poll(own)).catch(() => undefined);
  return own;
}

async function startSuccessor(): Promise<void> {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: LANE,
    workflowBundle: { codePath: bundle },
  });
  const running = worker.run();
  end = async () => {
    worker.shutdown();
    await running;
  };
}

describe('A query that reaches the successor of a worker that was killed, with events that wait for a task', () => {
  it('never makes a workflow run ahead of its history, and is answered all the same', async () => {
    const closed = await client.workflow.start<typeof listener>('listener', {
      taskQueue: LANE,
      workflowId: 'closed',
      args: [],
    });
    await workAndDie([]);
    await closed.signal('halt');
    await closed.terminate();
    const open = await client.workflow.start<typeof sleeper>('sleeper', {
      taskQueue: LANE,
      workflowId: 'open',
      args: [TIMER_MS],
    });
    const seconds = TIMER_MS / 1000;
    await workAndDie([
      {
        commandType: COMMAND_TYPE_START_TIMER,
        startTimerCommandAttributes: { timerId: '1', startToFireTimeout: { seconds: seconds as never } },
      },
    ]);
    // It goes to the memory of the worker that is gone; when it comes to the lane the timer has fired.
    const answer = open.query(statusQuery);
    await startSuccessor();
    // One that is closed tells what it knew, with what came last: no task can follow.
    expect(await closed.query(statusQuery)).toBe(1);
    expect(await answer).toBeGreaterThanOrEqual(0);
    expect(await open.result()).toBeGreaterThanOrEqual(0);
  }, 30_000);

  it('does not take a task that was begun and never done for one of its own', async () => {
    await end();
    const open = await client.workflow.start<typeof sleeper>('sleeper', {
      taskQueue: LANE,
      workflowId: 'begun',
      args: [TIMER_MS, 100],
      workflowTaskTimeout: TASK_MS,
    });
    const own = await workAndDie([
      {
        commandType: COMMAND_TYPE_START_TIMER,
        startTimerCommandAttributes: {
          timerId: '1',
          startToFireTimeout: { seconds: (TIMER_MS / 1000) as never },
        },
      },
    ]);
    const answer = open.query(statusQuery);
    // The worker is killed with the question in its hands, and with the task that the timer began.
    for (let task = await poll(own); (task.query ?? undefined) !== undefined;) task = await poll(own);
    await startSuccessor();
    // The task that counts begins when Temporal has given the first one up.
    expect(await open.result()).toBeGreaterThanOrEqual(TASK_MS / 2);
    expect(await answer).toBeGreaterThanOrEqual(TASK_MS / 2);
  }, 60_000);
});

describe('A command for a workflow whose tasks fail', () => {
  it('is given back by Temporal, and taken as soon as they do not', async () => {
    await end();
    await startSuccessor();
    const start = { taskQueue: LANE, workflowId: 'stumbles', workflowTaskTimeout: 1_000 };
    const handle = await client.workflow.start<typeof stumbler>('stumbler', {
      ...start,
      args: [Date.now() + 3_000],
    });
    await handle.signal('stumble');
    await until(async () => ((await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0) >= 3);
    const bare = new Client({ connection: environment.connection }).workflow.getHandle(handle.workflowId);
    expect(isNotTaken(await bare.executeUpdate('halt').catch((error: unknown) => error))).toBe(true);
    expect(await handle.executeUpdate('halt')).toBe('heard');
    await handle.terminate();
  }, 60_000);
});
