import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/index.ts';
import { whenGone } from './leash.ts';
import { programPath } from './program.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';
import { startDevServer, type DevServer, type DevServerOptions } from './temporal-server.ts';

export interface StackOptions {
  readonly simulator?: SimulatorOptions;
  readonly server?: DevServerOptions;
  /** An address of a Temporal server that runs already, instead of one of its own. */
  readonly address?: string;
  readonly namespace?: string;
  readonly lane?: string;
  /** Merged over the fleet's configuration, section by section. */
  readonly fleet?: Record<string, unknown>;
  /** Environment of worker and commands beside what the stack sets. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A Temporal server, a simulated world and the configuration that ties Greenlane to both; workers on demand. */
export interface Stack {
  readonly server: DevServer | undefined;
  readonly address: string;
  readonly sim: Simulator;
  readonly configFile: string;
  /** Environment for the command line: no secret in it. */
  readonly env: NodeJS.ProcessEnv;
  /** Environment for the worker: with the tokens. */
  readonly workerEnv: NodeJS.ProcessEnv;
  /** Starts a worker as a process of its own, of this build or another one, and waits until it polls the lane. */
  startWorker(program?: string): Promise<ServerProcess>;
  stop(): Promise<void>;
}

/** Contexts that the stack's fleet requires. */
export const STACK_GATES = ['CI / build (push)', 'CI / test (push)', 'CI / lint (push)'];

/**
 * Starts everything a deploy needs on loopback. Nothing outlives this process, and nothing is left of a start that
 * failed.
 * @throws {SetUpError} when there is no Temporal CLI and none can be had
 * @throws {ServerStartError} when the server does not come up
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-'));
  const kept = whenGone('rm -rf -- "$1"', directory);
  const workers: ServerProcess[] = [];
  let sim: Simulator | undefined;
  let server: DevServer | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop(1_000, 'SIGKILL')));
    await server?.stop();
    await sim?.close();
    rmSync(directory, { recursive: true, force: true });
    kept();
  };
  try {
    sim = await startSimulator({ tenants: 30, ...options.simulator });
    if (options.address === undefined) server = await startDevServer(options.server);
    const address = options.address ?? (server as DevServer).address;
    const configFile = join(directory, 'greenlane.yaml');
    const fleets = { production: simulatedFleet(sim, options.fleet ?? {}) };
    writeFileSync(configFile, stringify({ fleets }));
    const env: NodeJS.ProcessEnv = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: options.namespace ?? server?.namespace ?? 'default',
      GREENLANE_CONFIG: configFile,
      GREENLANE_TASK_QUEUE: options.lane ?? 'publish',
      ...(server?.uiUrl === undefined ? {} : { GREENLANE_UI_URL: server.uiUrl }),
      ...options.env,
    };
    const workerEnv: NodeJS.ProcessEnv = { ...env, ...workerTokens(sim) };
    const startWorker = async (program = programPath()): Promise<ServerProcess> => {
      const worker = await launchWorker(workerEnv, program);
      workers.push(worker);
      await untilPolling(worker);
      return worker;
    };
    return { server, address, sim, configFile, env, workerEnv, startWorker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Configuration of a fleet that a simulator stands for; `over` is merged over it, section by section. */
export function simulatedFleet(sim: Simulator, over: Record<string, unknown>): Record<string, unknown> {
  const base: Record<string, unknown> = {
    repo: sim.forge.repo,
    branch: sim.forge.branch,
    forge: { kind: 'gitea', url: sim.forge.url },
    controlPlane: { url: sim.controlPlane.url },
    tenants: { buildinfoUrl: sim.tenants.buildinfoUrl },
    gates: { required: STACK_GATES, timeout: '10m', poll: '1s' },
    rollout: { canary: 'hongming', batchSize: 5, soak: '1s', maxStragglers: 1, postTimeout: '60s' },
    verify: { settle: '5s', interval: '500ms' },
  };
  for (const [section, value] of Object.entries(over)) {
    const known = base[section];
    base[section] = isRecord(known) && isRecord(value) ? { ...known, ...value } : value;
  }
  return base;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The secrets of a worker whose fleets are simulated. */
export function workerTokens({ tokens }: Simulator): NodeJS.ProcessEnv {
  return {
    CP_ADMIN_API_TOKEN: tokens.controlPlane,
    AUTO_SYNC_TOKEN: tokens.forge,
    PROD_AUTO_DEPLOY_CONTROL_TOKEN: tokens.control,
  };
}

/** Starts a worker as a process of its own, by the built program unless told otherwise; it may not poll yet. */
export function launchWorker(env: NodeJS.ProcessEnv, program = programPath()): Promise<ServerProcess> {
  return startServerProcess({ command: process.execPath, args: [program, 'worker'], env });
}

/** Waits until a worker polls its lane. @throws Error with its last words when it ends, or takes longer than 30 s. */
export async function untilPolling(worker: ServerProcess): Promise<void> {
  const until = Date.now() + 30_000;
  while (!worker.lastLines(200).includes('worker polls the lane')) {
    if (worker.hasEnded() || Date.now() > until)
      throw new Error(`the worker did not come up:\n${worker.lastLines(20)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
