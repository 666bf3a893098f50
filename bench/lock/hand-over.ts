import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Stack } from '../../src/dev/stack.ts';
import { timeOf } from '../support/figures.ts';
import { median } from '../support/round-trip.ts';
import { withWorker } from '../support/worker.ts';
import type { mutexHolder, throwBack, throwBall } from './workflows.ts';

const workflows = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const start = { workflowIdReusePolicy: 'ALLOW_DUPLICATE', workflowIdConflictPolicy: 'FAIL' } as const;

export interface Peers {
  /** Median ms of a signal to another workflow and one back. */
  readonly roundTrip: number;
  /** ms from each release of the mutex to the first activity of its next holder. */
  readonly handOvers: readonly number[];
}

/** Measures the floor and the peer on a server: a signal there and back, and the mutex pattern's hand-over. */
export async function measurePeers(address: string, rounds: number): Promise<Peers> {
  const began = new Map<string, number>();
  const holderId = (): string => Context.current().info.workflowExecution?.workflowId ?? '';
  return withWorker(
    address,
    workflows,
    (client) => ({
      ask: async (lock: string, leaseMs: number) => {
        await client.workflow.signalWithStart('mutexLock', {
          ...start,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowId: lock,
          taskQueue: Context.current().info.taskQueue,
          signal: 'requested',
          signalArgs: [{ initiator: holderId(), leaseMs }],
        });
      },
      work: async () => void began.set(holderId(), Date.now()),
    }),
    async (client, taskQueue) => {
      const roundTrip = await signalRoundTrip(client, taskQueue, rounds);
      const holders: WorkflowHandle[] = [];
      for (let index = 0; index < rounds; index += 1)
        holders.push(
          await client.workflow.start<typeof mutexHolder>('mutexHolder', {
            ...start,
            workflowId: `mutex-holder-${index}`,
            taskQueue,
            args: ['mutex'],
          }),
        );
      await Promise.all(holders.map((holder) => holder.result()));
      const handOvers = await between(holders, (id) => began.get(id) ?? Number.NaN);
      await client.workflow.getHandle('mutex').terminate();
      return { roundTrip, handOvers };
    },
  );
}

async function signalRoundTrip(client: Client, taskQueue: string, rounds: number): Promise<number> {
  const back = await client.workflow.start<typeof throwBack>('throwBack', {
    ...start,
    workflowId: 'back',
    taskQueue,
    args: ['ball', rounds],
  });
  const took = await client.workflow.execute<typeof throwBall>('throwBall', {
    ...start,
    workflowId: 'ball',
    taskQueue,
    args: ['back', rounds],
  });
  await back.result();
  return median(took);
}

/** ms from each release to the first thing the next holder does, of real deploys that queue for one fleet. */
export async function measureDeploys(client: Client, stack: Stack, deploys: number): Promise<number[]> {
  const sha = stack.sim.forge.push();
  const tag = `staging-${sha.slice(0, 7)}`;
  const waiting: WorkflowHandle[] = [];
  for (let index = 0; index < deploys; index += 1)
    waiting.push(
      await client.workflow.start('deploy', {
        ...start,
        workflowId: `redeploy/production/${index}`,
        taskQueue: 'publish',
        args: [{ fleet: 'production', tag, kind: 'manual', actor: 'bench', reason: 'hand-over' }],
      }),
    );
  await Promise.all(waiting.map((deploy) => deploy.result()));
  // The first thing a holder does is to ask the forge for the branch's head; that call's arrival is what counts.
  const looks = stack.sim.journal.calls('forge.branch').map((call) => call.at);
  const releases = (await Promise.all(waiting.map(releaseOf))).sort((a, b) => a - b);
  return releases.slice(0, -1).map((at) => (looks.find((look) => look >= at) ?? Number.NaN) - at);
}

/** ms from each release to the first activity of the holder after it. */
async function between(
  holders: readonly WorkflowHandle[],
  firstOf: (id: string) => number,
): Promise<number[]> {
  const rows = await Promise.all(
    holders.map(async (holder) => ({ began: firstOf(holder.workflowId), released: await releaseOf(holder) })),
  );
  rows.sort((a, b) => a.began - b.began);
  return rows.slice(1).map((row, index) => row.began - (rows[index]?.released ?? Number.NaN));
}

/** When a holder gave back: its last signal to another workflow. */
async function releaseOf(holder: WorkflowHandle): Promise<number> {
  const { events } = await holder.fetchHistory();
  return timeOf(
    events
      ?.filter(
        (event) =>
          event.signalExternalWorkflowExecutionInitiatedEventAttributes ??
          event.activityTaskScheduledEventAttributes?.activityType?.name === 'giveBack',
      )
      .at(-1),
  );
}
