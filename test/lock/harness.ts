import { WorkflowNotFoundError } from '@temporalio/common';
import type { Client, WorkflowHandle, WorkflowStartOptions } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/index.ts';
import { Fleets } from '../../src/activities/fleets.ts';
import type { LockActivities } from '../../src/activities/contract.ts';
import type { DevServerOptions } from '../../src/dev/temporal-server.ts';
import type { LockView } from '../../src/rollout/lock/view.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { lockOptions } from '../../src/workflows/lock-options.ts';
import { lockQuery } from '../../src/workflows/messages.ts';
import { testBundle } from '../support/bundle.ts';
import { localEnvironment } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { configOf } from '../support/worker.ts';
import type { asker, deploy, StandInInput } from './workflows.ts';

/** A grant as a deploy acted on it. */
export interface Act {
  readonly workflowId: string;
  readonly runId: string;
  readonly epoch: number;
}

export type StandIn = WorkflowHandle<typeof deploy> & { readonly firstExecutionRunId: string };

export interface AskOptions {
  readonly urgent?: boolean;
  readonly kind?: 'auto' | 'manual' | 'rollback';
  readonly tag?: string;
  readonly brief?: boolean;
  readonly readyAt?: number;
  /** Temporal ends it after so long, whatever it is at. */
  readonly endsAfter?: '5s';
}

/** One fleet with its lock and what queues for it. */
export class LockFleet {
  readonly name: string;
  readonly lockId: string;
  /** Grants that deploys acted on, in order. */
  readonly acts: Act[] = [];
  readonly client: Client;
  readonly #taskQueue: string;

  constructor(name: string, client: Client, taskQueue: string) {
    this.name = name;
    this.lockId = `fleet-lock/${name}`;
    this.client = client;
    this.#taskQueue = taskQueue;
  }

  get lock(): WorkflowHandle {
    return this.client.workflow.getHandle(this.lockId);
  }

  /** Starts the lock without a deploy. */
  async begin(): Promise<void> {
    await this.client.workflow.start('fleetLock', lockOptions(this.name, this.#taskQueue, false));
  }

  /** Starts deploy number `n`, ready at `n`; it queues, and acts when it is granted. */
  async ask(n: number, options: AskOptions = {}): Promise<StandIn> {
    const sha = n.toString(16).padStart(40, '0');
    const tag = options.tag ?? `staging-${sha.slice(-7)}`;
    const kind = options.kind ?? 'auto';
    const input: StandInInput = {
      fleet: this.name,
      sha,
      kind,
      actor: 'a test',
      reason: 'a test',
      readyAt: options.readyAt ?? n,
      ...(options.urgent === true ? { urgent: true } : {}),
      ...(options.brief === true ? { brief: true } : {}),
      settings: {
        fleet: this.name,
        sha,
        tag,
        kind,
        haltDeadlineMs: 3_600_000,
        required: [],
        notify: [],
        // What says nothing to the forge: nobody is to be told of deploys that are none.
        dryRun: true,
      } as unknown as StandInInput['settings'],
    };
    const started = await this.client.workflow.start<typeof deploy>('deploy', {
      workflowId: `deploy/${this.name}/${sha}`,
      taskQueue: this.#taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      ...(options.endsAfter === undefined ? {} : { workflowExecutionTimeout: options.endsAfter }),
    });
    return started;
  }

  /** Starts one that asks for the fleet again and again; number `n` of them was ready at `n`. */
  async askOften(n: number, rounds: number): Promise<WorkflowHandle<typeof asker>> {
    return this.client.workflow.start<typeof asker>('asker', {
      workflowId: `asker/${this.name}/${n}`,
      taskQueue: this.#taskQueue,
      args: [{ fleet: this.name, n, rounds }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    });
  }

  /** Starts a workflow without input beside the lock. */
  async start<T extends () => Promise<unknown>>(type: string, workflowId: string) {
    return this.client.workflow.start<T>(type, {
      workflowId,
      taskQueue: this.#taskQueue,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    } as WorkflowStartOptions<T>);
  }

  /** Events of every run of the lock, the newest run first. */
  async eventsOfRuns(): Promise<number[]> {
    const events: number[] = [];
    let runId: string | undefined = (await this.lock.describe()).runId;
    while (runId !== undefined && runId !== '') {
      events.push((await this.client.workflow.getHandle(this.lockId, runId).describe()).historyLength);
      runId = await this.#runBefore(runId);
    }
    return events;
  }

  async #runBefore(runId: string): Promise<string | undefined> {
    const { history } = await this.client.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId: this.lockId, runId },
      maximumPageSize: 1,
    });
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    return started?.continuedExecutionRunId ?? undefined;
  }

  /** Resets a deploy to the end of its first task, as somebody may in Temporal UI: what came after is forgotten. */
  async reset({ workflowId }: Pick<StandIn, 'workflowId'>): Promise<void> {
    const handle = this.client.workflow.getHandle(workflowId);
    const [{ runId }, { events }] = await Promise.all([handle.describe(), handle.fetchHistory()]);
    const end = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    if (end === undefined || end === null) throw new Error(`${workflowId} has not begun`);
    await this.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId, runId },
      reason: 'a test',
      requestId: `${workflowId} ${runId}`,
      workflowTaskFinishEventId: end,
    });
  }

  async view(): Promise<LockView> {
    return this.lock.query(lockQuery, 100_000);
  }

  /** Waits until the lock is as the check wants it. */
  async see(check: (view: LockView) => boolean, timeoutMs?: number): Promise<LockView> {
    let seen: LockView | undefined;
    await until(async () => {
      try {
        seen = await this.view();
      } catch (error) {
        // It begins with the first request.
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
      return check(seen);
    }, timeoutMs).catch((error: unknown) => {
      throw new Error(`the lock never was as it should be; it is ${JSON.stringify(seen)}`, { cause: error });
    });
    return seen as LockView;
  }
}

export interface LockWorld {
  readonly client: Client;
  fleet(): LockFleet;
  /** Stops the worker and starts another: nothing of the first one's memory is left. `meanwhile` nobody polls. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export interface LockWorldOptions {
  readonly server?: DevServerOptions;
  /** In place of the real activities of the lock. */
  readonly lockActivities?: Partial<LockActivities>;
}

/** A server and a worker for the lock and its stand-ins. */
export async function startLockWorld(options: LockWorldOptions = {}): Promise<LockWorld> {
  const environment = await localEnvironment(options.server);
  const { client } = environment;
  const taskQueue = 'lane';
  const workflowBundle = { codePath: await testBundle('test/lock/workflows.ts') };
  const sim = await startSimulator({ tenants: 1 });
  const env = {
    CP_ADMIN_API_TOKEN: sim.tokens.controlPlane,
    AUTO_SYNC_TOKEN: sim.tokens.forge,
    PROD_AUTO_DEPLOY_CONTROL_TOKEN: sim.tokens.control,
  };
  const config = configOf('any', sim, {}, env);
  const one = new Fleets([config], env);
  class SameFleets extends Fleets {
    override get() {
      return one.get('any');
    }
  }
  const fleets: LockFleet[] = [];
  const activities = {
    ...createActivities(new SameFleets([], {}), env),
    ...options.lockActivities,
    acts: async (workflowId: string, runId: string, epoch: number) => {
      const fleet = fleets.find((known) => known.name === workflowId.split('/')[1]);
      fleet?.acts.push({ workflowId, runId, epoch });
    },
  };
  const begin = async () => {
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle,
      activities,
      shutdownForceTime: '2s',
    });
    const running = worker.run().catch(() => undefined);
    return async () => {
      worker.shutdown();
      await running;
    };
  };
  let end = await begin();
  /** One restart at a time. */
  let restarting = Promise.resolve();
  return {
    client,
    fleet: () => {
      const fleet = new LockFleet(`shop-${fleets.length + 1}`, client, taskQueue);
      fleets.push(fleet);
      return fleet;
    },
    restart: (meanwhile) =>
      (restarting = restarting.then(async () => {
        await end();
        await meanwhile?.();
        end = await begin();
      })),
    stop: async () => {
      await end();
      await sim.close();
      await environment.teardown();
    },
  };
}
