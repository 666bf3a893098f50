import { randomUUID } from 'node:crypto';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import pino from 'pino';
import type { Activities } from '../../src/activities/contract.ts';
import { Fleets, type Fleet } from '../../src/activities/fleets.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { fleetConfig, type FleetConfig } from '../../src/config/fleet.ts';
import { fileSchema } from '../../src/config/root.ts';
import type { DevServerOptions } from '../../src/dev/temporal-server.ts';
import type { DeployRequest } from '../../src/rollout/request.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';
import { workOf } from '../../src/worker.ts';
import type { deploy } from '../../src/workflows/deploy.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import { workflowBundle } from './bundle.ts';
import { localEnvironment, timeSkippingEnvironment } from './temporal.ts';

/** Contexts that a test's fleet requires unless it says otherwise. */
export const GATES = ['CI / build (push)', 'CI / test (push)'];

export type Deploy = WorkflowHandleWithFirstExecutionRunId<typeof deploy>;

/** Fleets that tests add while the worker runs. */
class GrowingFleets extends Fleets {
  readonly #added = new Map<string, Fleets>();

  constructor() {
    super([], {});
  }

  add(config: FleetConfig, env: Readonly<Record<string, string>>): void {
    this.#added.set(config.name, new Fleets([config], env));
    this.secrets.add(...Object.values(env).filter((value) => value.length >= 8));
  }

  override get(name: string): Fleet {
    const added = this.#added.get(name);
    return added === undefined ? super.get(name) : added.get(name);
  }
}

export interface WorldOptions {
  readonly simulator?: Partial<SimulatorOptions>;
  /** Merged over the fleet's configuration, section by section. */
  readonly fleet?: Record<string, unknown> | ((sim: Simulator) => Record<string, unknown>);
  /** The worker's environment beside the three tokens, for this fleet; `undefined` takes a variable away. */
  readonly env?: Tokens | ((sim: Simulator) => Tokens);
}
type Tokens = Readonly<Record<string, string | undefined>>;

/** A fleet of its own for one test: a simulated world, and what people do with it. */
export interface World {
  readonly name: string;
  readonly sim: Simulator;
  /** Pushes a commit on the branch with every required context green. */
  green(): string;
  start(sha: string | undefined, request?: Partial<DeployRequest>): Promise<Deploy>;
  /** Starts (or attaches to) the deploy of a SHA and waits for its end. */
  deploy(sha: string | undefined, request?: Partial<DeployRequest>): Promise<DeployResult>;
  /** Calls that may touch tenants, in order of arrival. */
  calls(): ReturnType<Simulator['journal']['calls']>;
  /** What runs on the fleet, each SHA once. */
  running(): ReadonlySet<string>;
}

export interface Lane {
  readonly environment: TestWorkflowEnvironment;
  readonly taskQueue: string;
  /** What the worker has logged, as JSON lines. */
  readonly log: readonly string[];
  world(options?: WorldOptions): Promise<World>;
  stop(): Promise<void>;
}

export interface LaneOptions {
  /** On a server that skips time while a result is awaited; else on one in real time. It goes with the lane. */
  readonly skipsTime?: boolean;
  /** How the server in real time is started. */
  readonly server?: DevServerOptions;
  readonly uiUrl?: string;
  /** What some activities do instead. */
  readonly activities?: (real: Activities) => Partial<Activities>;
}

/**
 * A worker within the test's process: the real workflows and activities, real HTTP, and a fleet per test. Times in
 * the configuration are short; what takes long by nature belongs on the server that skips time.
 */
export async function startLane(options: LaneOptions = {}): Promise<Lane> {
  const [environment, bundle] = await Promise.all([
    options.skipsTime === true ? timeSkippingEnvironment() : localEnvironment(options.server),
    workflowBundle(),
  ]);
  const fleets = new GrowingFleets();
  const env: Record<string, string | undefined> = {};
  const log: string[] = [];
  const taskQueue = `lane-${randomUUID().slice(0, 8)}`;
  const { activities, ...work } = workOf(
    fleets,
    env,
    pino({}, { write: (line: string) => void log.push(fleets.secrets.scrub(line)) }),
    options.uiUrl,
  );
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    ...(environment.namespace === undefined ? {} : { namespace: environment.namespace }),
    taskQueue,
    workflowBundle: { codePath: bundle },
    ...work,
    activities: {
      ...activities,
      ...(options.skipsTime === true ? withoutLists : {}),
      ...options.activities?.(activities),
    },
    maxConcurrentActivityTaskExecutions: 200,
    shutdownForceTime: '3s',
  });
  const running = worker.run().catch(() => undefined);
  const simulators: Simulator[] = [];
  let fleetCount = 0;
  return {
    environment,
    taskQueue,
    log,
    world: async (world = {}) => {
      fleetCount += 1;
      const name = `fleet-${fleetCount}`;
      const sim = await startSimulator({ tenants: 7, seed: fleetCount, ...world.simulator });
      simulators.push(sim);
      const own = environmentOf(sim, world.env);
      Object.assign(env, own);
      const over = typeof world.fleet === 'function' ? world.fleet(sim) : (world.fleet ?? {});
      fleets.add(configOf(name, sim, over, own), own);
      return worldOf(name, sim, environment, taskQueue);
    },
    stop: async () => {
      for (const sim of simulators) sim.clearFaults();
      worker.shutdown();
      await running;
      await Promise.all(simulators.map((sim) => sim.close()));
      await environment.teardown();
    },
  };
}

/** The server that skips time cannot list workflows, so a new lock there finds nothing before it. */
const nothing = () => Promise.resolve({ epoch: 0 });
const withoutLists = { findHolder: nothing, findFormer: nothing };

function worldOf(
  name: string,
  sim: Simulator,
  environment: TestWorkflowEnvironment,
  taskQueue: string,
): World {
  const { client } = environment;
  const start: World['start'] = async (sha, request = {}) => {
    const kind = request.kind ?? 'auto';
    return client.workflow.start<typeof deploy>('deploy', {
      workflowId:
        kind === 'auto' && sha !== undefined
          ? `deploy/${name}/${sha}`
          : `${kind === 'rollback' ? 'rollback' : 'redeploy'}/${name}/${randomUUID()}`,
      taskQueue,
      args: [{ fleet: name, ...(sha === undefined ? {} : { sha }), kind, actor: 'a test', ...request }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  };
  return {
    name,
    sim,
    start,
    green: () => {
      const sha = sim.forge.push();
      sim.forge.setGreen(sha, GATES);
      return sha;
    },
    deploy: async (sha, request) => (await start(sha, request)).result(),
    calls: () => sim.journal.calls('control-plane', { dryRun: false }),
    running: () => new Set(Object.values(sim.tenants.fleet.running())),
  };
}

/** The tokens of the simulator under names that belong to this fleet alone. */
function environmentOf(sim: Simulator, more: WorldOptions['env'] = {}): Record<string, string> {
  const own = typeof more === 'function' ? more(sim) : more;
  const all = {
    CP_ADMIN_API_TOKEN: sim.tokens.controlPlane,
    AUTO_SYNC_TOKEN: sim.tokens.forge,
    PROD_AUTO_DEPLOY_CONTROL_TOKEN: sim.tokens.control,
    ...own,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The configuration of a test's fleet, through the same schema and the same environment as a worker's. */
export function configOf(
  name: string,
  sim: Simulator,
  over: Record<string, unknown>,
  env: Readonly<Record<string, string>> = {},
): FleetConfig {
  const base: Record<string, unknown> = {
    repo: sim.forge.repo,
    branch: sim.forge.branch,
    forge: { kind: 'gitea', url: sim.forge.url },
    controlPlane: { url: sim.controlPlane.url },
    tenants: { buildinfoUrl: sim.tenants.buildinfoUrl },
    gates: { required: GATES, timeout: '5m', poll: '1s' },
    rollout: { canary: 'hongming', batchSize: 3, soak: 0, maxStragglers: 1, postTimeout: '20s' },
    verify: { settle: '2s', interval: '200ms', timeout: '2s' },
  };
  for (const [section, value] of Object.entries(over)) {
    const known = base[section];
    base[section] = isRecord(known) && isRecord(value) ? { ...known, ...value } : value;
  }
  const file = fileSchema.parse({ fleets: { [name]: base } });
  return fleetConfig(file, 'greenlane.yaml', name, readEnvironment(env));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
