import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { pointName } from '../../src/activities/fault-points.ts';
import { startCluster } from '../../src/dev/cluster/index.ts';
import { programPath } from '../../src/dev/program.ts';
import { startServerProcess, type ServerProcess } from '../../src/dev/server-process.ts';
import { startDevServer } from '../../src/dev/temporal-server.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import type { Blow } from './plan.ts';

/** A Temporal server that can be killed and comes back with what it knew. */
export interface Backbone {
  readonly address: string;
  killServer(): Promise<void>;
  killDatabase(): Promise<void>;
  stop(): Promise<void>;
}

/** The dev server with a database file. */
export async function devBackbone(): Promise<Backbone> {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-faults-'));
  const options = { headless: true, dbFilename: join(directory, 'temporal.db') };
  let server = await startDevServer(options);
  const { address, port } = server;
  const killServer = async (): Promise<void> => {
    await server.kill('SIGKILL');
    server = await startDevServer({ ...options, port });
  };
  return {
    address,
    killServer,
    killDatabase: killServer,
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Temporal on PostgreSQL. @throws SetUpError naming what this machine lacks, and how to get it */
export async function clusterBackbone(): Promise<Backbone> {
  const cluster = await startCluster();
  return {
    address: cluster.address,
    killServer: async () => {
      await cluster.killServer();
      await cluster.startServer();
    },
    killDatabase: async () => {
      await cluster.killPostgres();
      await cluster.startPostgres();
    },
    stop: () => cluster.stop(),
  };
}

export interface CrewOptions {
  readonly backbone: Backbone;
  readonly lane: string;
  /** Fleet names and their configuration. */
  readonly fleets: Readonly<Record<string, unknown>>;
  readonly tokens: Simulator['tokens'];
}

/** Workers of one lane that are replaced whenever one ends, and the blows that end them. */
export interface Crew {
  readonly env: NodeJS.ProcessEnv;
  readonly client: Client;
  /** Workers started so far. */
  readonly workers: number;
  /** How many of the blows struck. */
  readonly struck: number;
  /** What the workers wrote, as far as it is kept. */
  output(): string;
  stop(): Promise<void>;
}

/** Above the heartbeat timeout of the activities: a frozen worker wakes when its attempt is somebody else's. */
const FROZEN_MS = 13_000;
const LOOK_MS = 30;
/** A point that nobody reached by then is given up: the next blow is due. */
const UNREACHED_MS = 15_000;

export async function startCrew(options: CrewOptions, blows: readonly Blow[]): Promise<Crew> {
  const { backbone, lane, fleets, tokens } = options;
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-crew-'));
  const configFile = join(directory, 'greenlane.yaml');
  writeFileSync(configFile, stringify({ fleets }));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TEMPORAL_ADDRESS: backbone.address,
    TEMPORAL_NAMESPACE: 'default',
    GREENLANE_CONFIG: configFile,
    GREENLANE_TASK_QUEUE: lane,
  };
  const workerEnv: NodeJS.ProcessEnv = {
    ...env,
    GREENLANE_FAULT_POINTS: directory,
    CP_ADMIN_API_TOKEN: tokens.controlPlane,
    AUTO_SYNC_TOKEN: tokens.forge,
    PROD_AUTO_DEPLOY_CONTROL_TOKEN: tokens.control,
  };
  const workers: ServerProcess[] = [];
  const pauses = new Set<NodeJS.Timeout>();
  let stopped = false;
  let struck = 0;
  const startWorker = async (): Promise<void> => {
    if (stopped) return;
    const worker = await startServerProcess({
      command: process.execPath,
      args: [programPath(), 'worker'],
      env: workerEnv,
    });
    workers.push(worker);
    void worker.ended.then(() => {
      // One that was told to stop has its successor already.
      if (!stopped && workers.at(-1) === worker) later(200, startWorker);
    });
  };
  const later = (ms: number, work: () => Promise<void>): void => {
    const timer = setTimeout(() => {
      pauses.delete(timer);
      void work().catch(() => undefined);
    }, ms);
    pauses.add(timer);
  };

  const strike = async (blow: Blow): Promise<void> => {
    if (blow.kind !== 'worker') {
      later(blow.afterMs, async () => {
        struck += 1;
        await (blow.kind === 'server' ? backbone.killServer() : backbone.killDatabase());
      });
      return;
    }
    const path = join(directory, pointName(blow.moment, blow.activity));
    writeFileSync(path, JSON.stringify(blow.point));
    const until = Date.now() + UNREACHED_MS;
    while (!stopped && existsSync(path) && Date.now() < until) await pause(LOOK_MS);
    if (stopped || Date.now() >= until) {
      rmSync(path, { force: true });
      return;
    }
    struck += 1;
    if (blow.point.signal === 'SIGTERM') later(blow.point.delayMs, startWorker);
    if (blow.point.signal !== 'SIGSTOP') return;
    await pause(blow.point.delayMs + 100);
    for (const worker of workers.filter((one) => isFrozen(one.pid)))
      later(FROZEN_MS, async () => worker.signal('SIGCONT'));
    await startWorker();
  };

  const connection = await Connection.connect({ address: backbone.address });
  await startWorker();
  // One after another: each strikes machinery that is up again.
  const striking = (async () => {
    for (const blow of blows) await strike(blow);
  })().catch(() => undefined);
  return {
    env,
    client: new Client({ connection }),
    get workers() {
      return workers.length;
    },
    get struck() {
      return struck;
    },
    output: () => workers.map((worker) => worker.lastLines(10_000)).join('\n'),
    stop: async () => {
      stopped = true;
      for (const timer of pauses) clearTimeout(timer);
      await Promise.all(workers.map((worker) => worker.stop(0, 'SIGKILL')));
      await striking;
      await connection.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isFrozen(pid: number): boolean {
  try {
    return /^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
