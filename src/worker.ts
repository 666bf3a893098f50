import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type LogLevel,
  type WorkerOptions,
} from '@temporalio/worker';
import pino, { type Logger } from 'pino';
import { createActivities } from './activities/index.ts';
import { FaultPoints } from './activities/fault-points.ts';
import { Fleets } from './activities/fleets.ts';
import { Heartbeat } from './activities/heartbeat.ts';
import { HonestFailures } from './activities/interceptor.ts';
import { laneOf, temporalConfig } from './client/connect.ts';
import { bundleFor, dataConverterOf } from './codec/index.ts';
import { CODEC_KEYS, codecKeys } from './codec/keys.ts';
import type { Environment } from './config/environment.ts';
import { readEnvironment } from './config/environment.ts';
import { fleetConfig } from './config/fleet.ts';
import { readConfigFile } from './config/file.ts';
import { TemporalUnreachableError } from './errors.ts';
import { buildIdOf, versioningOf, versionOf } from './worker-version.ts';

export interface WorkerSettings {
  readonly configFile: string;
  readonly env: Environment;
  /** Workflow bundle made at build time; a worker in production never runs webpack. */
  readonly bundle?: string;
  /** Where people reach Temporal UI, for links in commit statuses and notifications. */
  readonly uiUrl?: string;
}

/** A worker, and what is to be let go when it has stopped. */
export interface LaneWorker {
  readonly worker: Worker;
  close(): Promise<void>;
}

/** Calls that are out when a worker is stopped are waited for this much longer than their budget. */
const GRACE_MS = 60_000;

/**
 * Creates the worker of the lane: fleets from the configuration file, secrets from the environment.
 * @throws ConfigurationError naming what is missing; TemporalUnreachableError.
 */
export async function createWorker(settings: WorkerSettings): Promise<LaneWorker> {
  const { env, configFile } = settings;
  const file = readConfigFile(configFile);
  const environment = readEnvironment(env);
  const fleets = new Fleets(
    Object.keys(file.fleets).map((name) => fleetConfig(file, configFile, name, environment)),
    env,
  );
  fleets.secrets.add(env[CODEC_KEYS], ...codecKeys(env).map(({ key }) => key.toString('base64')));
  const log = createLog(fleets, env);
  installRuntime(log, env);
  const { connectionOptions, namespace, address } = temporalConfig(env);
  let connection: NativeConnection;
  try {
    connection = await NativeConnection.connect({ ...connectionOptions, address });
  } catch {
    throw new TemporalUnreachableError(address, 'no connection');
  }
  const bundle = settings.bundle ?? defaultBundle();
  const longestCall = Math.max(
    ...fleets.names.map((name) => fleets.get(name).config.file.rollout.postTimeout),
  );
  const close = async (): Promise<void> => {
    await connection.close();
    // The native part keeps the process alive until it is told that nobody needs it any more.
    await Runtime.instance().shutdown();
  };
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: laneOf(env),
    identity: `greenlane ${hostname()} ${process.pid}`,
    ...workflowsOf(bundle, env),
    ...versioningOf(env, bundle),
    ...workOf(fleets, env, log, settings.uiUrl ?? env['GREENLANE_UI_URL']),
    // A call that is out is waited for, also by a worker that is told to stop.
    shutdownGraceTime: longestCall + GRACE_MS,
    shutdownForceTime: longestCall + 2 * GRACE_MS,
    // Of each fleet one deploy acts and the next one waits for its turn (src/activities/turn.ts).
    maxConcurrentActivityTaskExecutions: 400,
    maxCachedWorkflows: 400,
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  log.info(
    {
      lane: laneOf(env),
      namespace,
      address,
      fleets: fleets.names,
      build: versionOf(env, bundle)?.buildId ?? (bundle === undefined ? 'development' : buildIdOf(bundle)),
    },
    'worker polls the lane',
  );
  return { worker, close };
}

/** What a worker of these fleets does, and how: the same for a worker in production and one within a test. */
export function workOf(fleets: Fleets, env: Environment, log: Logger, uiUrl?: string) {
  return {
    activities: createActivities(fleets, env, uiUrl),
    interceptors: {
      activity: [
        ...FaultPoints.from(env, log).map((inbound) => () => ({ inbound })),
        () => ({ inbound: new HonestFailures(fleets.secrets, log) }),
        () => ({ inbound: new Heartbeat() }),
      ],
    },
    // Halts are heard through heartbeats: they must not be held back (docs/steering.md).
    maxHeartbeatThrottleInterval: '200ms',
    defaultHeartbeatThrottleInterval: '200ms',
  } as const satisfies Partial<WorkerOptions>;
}

function defaultBundle(): string | undefined {
  const path = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));
  return existsSync(path) ? path : undefined;
}

function workflowsOf(
  bundle: string | undefined,
  env: Environment,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'dataConverter'> {
  const dataConverter = dataConverterOf(env);
  if (bundle !== undefined) return { workflowBundle: bundleFor(bundle, env), dataConverter };
  const path = (file: string): string => fileURLToPath(new URL(`./workflows/${file}`, import.meta.url));
  return {
    workflowsPath: path('index.ts'),
    dataConverter: { ...dataConverter, payloadConverterPath: path('payload-converter.ts') },
  };
}

/** JSON logs on stderr; every line is scrubbed of the worker's secrets (I-23). */
function createLog(fleets: Fleets, env: Environment): Logger {
  return pino(
    {
      level: env['GREENLANE_LOG_LEVEL'] ?? 'info',
      base: { service: 'greenlane' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write: (line: string) => void process.stderr.write(fleets.secrets.scrub(line)) },
  );
}

let installed = false;

function installRuntime(log: Logger, env: Environment): void {
  if (installed) return;
  installed = true;
  const metrics = env['GREENLANE_METRICS_ADDRESS'];
  Runtime.install({
    logger: new DefaultLogger('INFO', (entry) => log[levelOf(entry.level)](entry.meta ?? {}, entry.message)),
    telemetryOptions: {
      logging: { forward: {}, filter: 'WARN' },
      ...(metrics === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress: metrics }, metricPrefix: 'temporal_' } }),
    },
    shutdownSignals: [],
  });
}

function levelOf(level: LogLevel): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  return level.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error';
}
