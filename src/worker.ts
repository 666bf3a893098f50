import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Context } from '@temporalio/activity';
import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { CurrentAttempt } from './activities/attempt.ts';
import { createActivities } from './activities/index.ts';
import { FaultPoints } from './activities/fault-points.ts';
import { Fleets } from './activities/fleets.ts';
import { Heartbeat } from './activities/heartbeat.ts';
import { HonestFailures } from './activities/interceptor.ts';
import { AskAgain } from './client/ask-again.ts';
import { laneOf, temporalConfig } from './client/connect.ts';
import { bundleFor, dataConverterOf } from './codec/index.ts';
import { CODEC_KEYS, codecKeys } from './codec/keys.ts';
import type { Environment } from './config/environment.ts';
import { readEnvironment } from './config/environment.ts';
import { fleetConfig } from './config/fleet.ts';
import { readConfigFile } from './config/file.ts';
import { TemporalUnreachableError } from './errors.ts';
import { ActivityLog } from './observability/activity-log.ts';
import { FleetGauges } from './observability/fleet-gauges.ts';
import { healthAddressOf, serveHealth, vitalsOf } from './observability/health.ts';
import { createLog } from './observability/log.ts';
import { declareOutcomes } from './observability/outcomes.ts';
import { installRuntime, metricsAddressOf } from './observability/runtime.ts';
import { tracingOf } from './observability/traced.ts';
import type { Tracing } from './observability/tracing.ts';
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
  /** Says in the log that it polls; for when it runs, and can be told to stop: whoever reads that may do so at once. */
  announce(): void;
  /** Takes no new work, and lets the calls that are out end; says so in the log. Harmless when it stops already. */
  stop(signal: string): void;
  close(): Promise<void>;
}

/** Calls that are out when a worker is stopped are waited for this much longer than their budget. */
export const GRACE_MS = 60_000;

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
  const log = createLog(fleets.secrets, env);
  healthAddressOf(env);
  sayTokens(fleets, log);
  installRuntime(log, env);
  const opened = new Opened();
  // The native part keeps the process alive until it is told that nobody needs it any more.
  opened.add(async () => Runtime.instance().shutdown());
  try {
    const { worker, announce } = await openWorker(settings, fleets, log, opened);
    return {
      worker,
      announce,
      stop: (signal) => {
        if (worker.getState() !== 'RUNNING') return;
        const out = worker.getStatus().numInFlightActivities;
        const waitSeconds = graceOf(fleets) / 1000;
        log.info(
          { signal, out, waitSeconds },
          'told to stop: takes no new work, waits for calls that are out',
        );
        worker.shutdown();
      },
      close: async () => {
        await opened.close();
        log.info('stopped');
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Says what each token is for, and what it means that one is missing: no other token stands in for it (I-07). */
function sayTokens(fleets: Fleets, log: Logger): void {
  for (const name of fleets.names) {
    const { config, hasControlToken } = fleets.get(name);
    const { token, controlToken } = config.file.forge;
    const { variable } = config.file.killSwitch;
    const reads = `${token} reads statuses and branches`;
    if (hasControlToken)
      log.info({ fleet: name }, `${reads}; ${controlToken} reads ${variable} before each call`);
    else
      log.warn(
        { fleet: name },
        `${reads}; ${controlToken} is not set, so ${variable} is not read live: the start value alone counts, and turning the switch on does not stop a rollout`,
      );
  }
}

async function openWorker(
  { env, bundle = defaultBundle(), uiUrl = env['GREENLANE_UI_URL'] }: WorkerSettings,
  fleets: Fleets,
  log: Logger,
  opened: Opened,
): Promise<Pick<LaneWorker, 'worker' | 'announce'>> {
  const { connectionOptions, namespace, address } = temporalConfig(env);
  let connection: NativeConnection;
  try {
    connection = await NativeConnection.connect({ ...connectionOptions, address });
  } catch {
    throw new TemporalUnreachableError(address, 'no connection');
  }
  opened.add(async () => connection.close());
  const created: { worker?: Worker } = {};
  const health = await serveHealth(
    env,
    vitalsOf(() => created.worker, connection),
  );
  opened.add(async () => Promise.resolve(health?.close()));
  const tracing = await tracingOf(env, 'greenlane-worker', (arrives, line) =>
    log[arrives ? 'info' : 'warn'](line),
  );
  opened.add(async () => tracing?.flush());
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: laneOf(env),
    identity: `greenlane ${hostname()} ${process.pid}`,
    ...workflowsOf(bundle, env),
    ...versioningOf(env, bundle),
    ...workOf(fleets, env, log, uiUrl, tracing),
    // A call that is out is waited for, also by a worker that is told to stop.
    shutdownGraceTime: graceOf(fleets),
    shutdownForceTime: graceOf(fleets) + GRACE_MS,
    // Of each fleet one deploy acts and the next one waits for its turn (src/activities/turn.ts).
    maxConcurrentActivityTaskExecutions: 400,
    // One that is kept takes 0.1 to 0.3 MB (src/workflows/shared.ts); one that is not is replayed for each task.
    maxCachedWorkflows: 600,
  });
  created.worker = worker;
  if (metricsAddressOf(env) !== undefined && worker.client !== undefined) {
    const { metricMeter } = Runtime.instance();
    declareOutcomes(metricMeter, fleets.names, { namespace, taskQueue: laneOf(env) });
    const gauges = new FleetGauges(worker.client, fleets.names, metricMeter);
    gauges.start();
    opened.add(async () => gauges.stop());
  }
  const build = versionOf(env, bundle)?.buildId ?? (bundle === undefined ? 'development' : buildIdOf(bundle));
  const announce = (): void =>
    log.info(
      { lane: laneOf(env), namespace, address, fleets: fleets.names.length, build },
      'worker polls the lane',
    );
  return { worker, announce };
}

/** How long a worker that is told to stop waits for calls that are out: the longest there can be, and a minute. */
function graceOf(fleets: Fleets): number {
  return Math.max(...fleets.names.map((name) => fleets.get(name).config.file.rollout.postTimeout)) + GRACE_MS;
}

/** What was opened for a worker, to be closed in the opposite order; once. */
class Opened {
  readonly #closing: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#closing.push(close);
  }

  async close(): Promise<void> {
    for (let one = this.#closing.pop(); one !== undefined; one = this.#closing.pop()) await one();
  }
}

/** What a worker of these fleets does, and how: the same for a worker in production and one within a test. */
export function workOf(fleets: Fleets, env: Environment, log: Logger, uiUrl?: string, tracing?: Tracing) {
  return {
    activities: createActivities(fleets, env, uiUrl),
    interceptors: {
      client: { workflow: [new AskAgain()] },
      activity: [
        // The outermost see a failure as Temporal does: cleaned.
        ...(tracing === undefined ? [] : [(context: Context) => ({ inbound: tracing.activity(context) })]),
        (context: Context) => ({ inbound: new ActivityLog(log, context) }),
        ...FaultPoints.from(env, log).map((inbound) => () => ({ inbound })),
        () => ({ inbound: new HonestFailures(fleets.secrets, log) }),
        () => ({ inbound: new Heartbeat() }),
        () => ({ inbound: new CurrentAttempt() }),
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
