import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../../src/dev/cluster/index.ts';
import { startDevServer } from '../../src/dev/temporal-server.ts';

/**
 * The server lets go of a worker that does not answer within so many seconds. By default it does so after more than a
 * minute, and until then hands a frozen worker tasks, each of which is missed only when its own time is over.
 */
export const DROPS_THE_FROZEN = { 'frontend.keepAliveTime': 2, 'frontend.keepAliveTimeout': 2 } as const;

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
  const options = {
    headless: true,
    dynamicConfig: DROPS_THE_FROZEN,
    dbFilename: join(directory, 'temporal.db'),
    outlivesOnlyTheServer: true,
  };
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
