import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { pointName, type ArmedPoint } from '../../src/activities/fault-points.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import type { Backbone } from './backbone.ts';
import { describeBlow, type Blow } from './blows.ts';
import { pause } from './pause.ts';
import type { BatchPlan } from './plan.ts';
import type { Build } from '../worker/newer-build.ts';
import { Workers } from './workers.ts';

export interface CrewOptions {
  readonly backbone: Backbone;
  readonly lane: string;
  /** Fleet names and their configuration. */
  readonly fleets: Readonly<Record<string, unknown>>;
  readonly tokens: Simulator['tokens'];
  /** Of the workers, beside what every worker has. */
  readonly env: NodeJS.ProcessEnv;
  /** The build that becomes current while deploys run, where there are two. */
  readonly newer: Build | undefined;
}

/** The workers of one lane, and the blows that hit the machinery. */
export interface Crew {
  readonly env: NodeJS.ProcessEnv;
  readonly client: Client;
  readonly workers: Workers;
  /** Blows whose point was reached. */
  readonly struck: readonly string[];
  /** Blows that the harness itself could not do, or not mend. */
  readonly trouble: readonly string[];
  stop(): Promise<void>;
}

/** Above the heartbeat timeout of the activities: a frozen worker wakes when its attempt is somebody else's. */
const FROZEN_MS = 13_000;
/** A busy worker gets to its own signal late. Above the time in which a killed one would have a successor. */
const STANDS_STILL_WITHIN_MS = 20_000;
const LOOK_MS = 30;
const SIGNALS: Readonly<Record<Blow['what'], ArmedPoint['signal']>> = {
  kill: 'SIGKILL',
  freeze: 'SIGSTOP',
  stop: 'SIGTERM',
  clock: 'SIGUSR2',
  server: 'SIGCONT',
  database: 'SIGCONT',
};

export async function startCrew(options: CrewOptions, plan: BatchPlan): Promise<Crew> {
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
  const workerEnv = {
    ...env,
    ...options.env,
    GREENLANE_FAULT_POINTS: directory,
    CP_ADMIN_API_TOKEN: tokens.controlPlane,
    AUTO_SYNC_TOKEN: tokens.forge,
    PROD_AUTO_DEPLOY_CONTROL_TOKEN: tokens.control,
  };
  const workers = new Workers(plan.workers, workerEnv, options.newer);
  const struck: string[] = [];
  const trouble: string[] = [];
  let stopped = false;

  /** Waits for the point, and does what the worker cannot do to itself. */
  const strike = async (blow: Blow): Promise<void> => {
    const { what, moment, activity, skip, delayMs } = blow;
    const path = join(directory, pointName(moment, activity));
    // Two blows at one point come one after the other.
    while (!stopped && existsSync(path)) await pause(LOOK_MS);
    writeFileSync(path, JSON.stringify({ signal: SIGNALS[what], skip, delayMs }));
    while (!stopped && existsSync(path)) await pause(LOOK_MS);
    if (stopped) return;
    if (what !== 'freeze') struck.push(describeBlow(blow));
    await pause(delayMs);
    if (what === 'server') await keeperBack(() => backbone.killServer());
    if (what === 'database') await keeperBack(() => backbone.killDatabase());
    if (what === 'stop') await workers.follow();
    if (what === 'freeze' && (await sleptThrough())) struck.push(describeBlow(blow));
  };

  /** One after the other: what is being killed is not killed again before it is back. */
  let keeper = Promise.resolve();
  const keeperBack = async (kill: () => Promise<void>): Promise<void> => {
    keeper = keeper.then(kill);
    await keeper;
  };

  /** Whether the worker stood still until its attempt was somebody else's: another blow may have ended it before. */
  const sleptThrough = async (): Promise<boolean> => {
    // Whoever stood still unseen would do so for ever, with nobody in its place.
    const until = Date.now() + STANDS_STILL_WITHIN_MS;
    while (workers.frozen().length === 0 && Date.now() < until && !stopped) await pause(LOOK_MS);
    const frozen = workers.frozen();
    await Promise.all(frozen.map(async (worker) => workers.follow(worker)));
    await pause(FROZEN_MS);
    for (const worker of frozen) worker.signal('SIGCONT');
    return frozen.length > 0;
  };

  const connection = await Connection.connect({ address: backbone.address });
  const client = new Client({ connection });
  const striking = Promise.all(
    plan.blows.map(async (blow) =>
      strike(blow).catch((error: unknown) => void trouble.push(`${describeBlow(blow)}: ${String(error)}`)),
    ),
  );
  await workers.start(client);
  return {
    env,
    client,
    workers,
    struck,
    trouble,
    stop: async () => {
      stopped = true;
      await workers.stop();
      // A server that is being killed comes back first, and is stopped by whoever started it.
      await striking;
      await connection.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
