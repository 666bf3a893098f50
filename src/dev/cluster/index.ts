import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClusterPrograms } from '../../../scripts/lib/cluster-programs.mjs';
import { findPostgres } from '../../../scripts/lib/postgres-programs.mjs';
import { createSteps } from '../../../scripts/lib/steps.mjs';
import { whenGone } from '../leash.ts';
import type { ServerProcess } from '../server-process.ts';
import { setUp } from '../set-up.ts';
import { startAgain } from '../start-again.ts';
import { registerNamespace } from './namespace.ts';
import { clusterPorts } from './ports.ts';
import { createDatabase, startPostgres } from './postgres.ts';
import { createSchema } from './schema.ts';
import { createTemporalHome, startTemporal } from './temporal.ts';

const namespace = 'default';
const registerMs = 60_000;

/** A Temporal cluster on a real PostgreSQL, as `docker-compose.yml` describes one, without containers. */
export interface Cluster {
  /** `127.0.0.1:<port>` of the frontend; the same for its whole life. */
  readonly address: string;
  readonly namespace: string;
  /** `127.0.0.1:<port>` of PostgreSQL. */
  readonly database: string;
  /** Where its files are until it is stopped. */
  readonly directory: string;
  /** Ends the Temporal server by a signal (`SIGKILL` unless told otherwise) and waits for its end. */
  killServer(signal?: NodeJS.Signals): Promise<void>;
  /** Starts the Temporal server again and waits until it answers. */
  startServer(): Promise<void>;
  /** Ends PostgreSQL by a signal (`SIGKILL` unless told otherwise) and waits for its end. */
  killPostgres(signal?: NodeJS.Signals): Promise<void>;
  /** Starts PostgreSQL again, recovery included. */
  startPostgres(): Promise<void>;
  /** Ends everything and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster of its own: PostgreSQL, the Temporal server with all services, namespace `default` with
 * Greenlane's search attributes. Builds the server first where it was never built, which is said on stderr.
 * Everything ends with this process at the latest.
 * @throws {import('../../errors.ts').SetUpError} naming the part this machine lacks and how to get it
 * @throws {import('../../errors.ts').ServerStartError} with the last lines of the part that did not come up
 */
export async function startCluster(): Promise<Cluster> {
  return startAgain(startOnce);
}

async function startOnce(): Promise<Cluster> {
  const bin = await setUp(() => findPostgres());
  const programs = await setUp(() => ensureClusterPrograms(createSteps()));
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-cluster-'));
  // PostgreSQL's user must get to its own part.
  chmodSync(directory, 0o755);
  const keepFiles = whenGone('sleep 2; rm -rf -- "$1"', directory);
  let postgres: ServerProcess | undefined;
  let temporal: ServerProcess | undefined;
  const stop = async (): Promise<void> => {
    await temporal?.stop(0, 'SIGKILL');
    await postgres?.stop(5000, 'SIGQUIT');
    rmSync(directory, { recursive: true, force: true });
    keepFiles();
  };
  try {
    const ports = await clusterPorts();
    const database = await createDatabase(bin, directory, ports.database);
    postgres = await startPostgres(database);
    await createSchema(programs, ports.database);
    const home = createTemporalHome(programs, directory, ports);
    temporal = await startTemporal(home);
    await registerNamespace(home.address, namespace, registerMs);
    return {
      address: home.address,
      namespace,
      directory,
      database: `127.0.0.1:${ports.database}`,
      killServer: async (signal = 'SIGKILL') => {
        await temporal?.kill(signal);
      },
      startServer: async () => {
        await temporal?.stop(0);
        temporal = await startTemporal(home);
      },
      killPostgres: async (signal = 'SIGKILL') => {
        await postgres?.kill(signal);
      },
      startPostgres: async () => {
        await postgres?.stop(5000, 'SIGQUIT');
        postgres = await startPostgres(database);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
