import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TemporalAccess } from '../../src/client/connect.ts';
import { freePorts } from '../../src/dev/ports.ts';
import { startStack, type Stack } from '../../src/dev/stack.ts';
import { startDevServer, type DevServer } from '../../src/dev/temporal-server.ts';
import { start, type CliRun } from '../support/cli.ts';
import { startCollector, type Collector } from './collector.ts';

export const PLANT = 'planted-51d0-secret-of-an-upstream';

/** A world in which everything that can be observed is, and a Temporal server that can go away and come back. */
export interface Observed {
  readonly stack: Stack;
  readonly collector: Collector;
  readonly ports: { readonly metrics: number; readonly health: number };
  /** Asks the server as a command would, without starting one. */
  readonly access: TemporalAccess;
  startWorker(env?: NodeJS.ProcessEnv): Promise<CliRun>;
  /** A file of this world. */
  path(name: string): string;
  /** Status of `/healthz` and `/readyz`. */
  health(): Promise<{ readonly healthz: number; readonly readyz: number }>;
  temporalGoes(): Promise<void>;
  temporalComesBack(): Promise<void>;
  stop(): Promise<void>;
}

export async function startObserved(): Promise<Observed> {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-observed-'));
  const [metrics, health, port] = (await freePorts(3)) as [number, number, number];
  const options = { headless: true, port, dbFilename: join(directory, 'temporal.db') };
  const collector = await startCollector();
  let server: DevServer = await startDevServer(options);
  const stack = await startStack({
    address: server.address,
    simulator: { tenants: 4, plant: PLANT },
    fleet: {
      rollout: { batchSize: 1, soak: 0, maxStragglers: 1 },
      verify: { settle: '300ms', interval: '100ms' },
    },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      GREENLANE_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
      GREENLANE_HEALTH_ADDRESS: `127.0.0.1:${health}`,
    },
  });
  const access = await connect({ ...stack.env, OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  const workers: CliRun[] = [];
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${health}/${path}`)).status;
  return {
    stack,
    collector,
    access,
    ports: { metrics, health },
    startWorker: async (env = {}) => {
      const worker = start(['worker'], { ...stack.workerEnv, ...env });
      workers.push(worker);
      await worker.until('worker polls the lane');
      return worker;
    },
    path: (name) => join(directory, name),
    health: async () => ({ healthz: await statusOf('healthz'), readyz: await statusOf('readyz') }),
    temporalGoes: async () => server.kill('SIGKILL'),
    temporalComesBack: async () => {
      server = await startDevServer(options);
    },
    stop: async () => {
      for (const { child } of workers) child.kill('SIGKILL');
      await access.close();
      await stack.stop();
      await server.kill('SIGKILL');
      await collector.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
