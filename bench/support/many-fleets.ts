import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ServerProcess } from '../../src/dev/server-process.ts';
import { launchWorker, simulatedFleet, untilPolling, workerTokens } from '../../src/dev/stack.ts';
import { startDevServer, type DevServer, type DevServerOptions } from '../../src/dev/temporal-server.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';

export interface ManyFleets {
  readonly server: DevServer;
  readonly fleets: readonly { readonly name: string; readonly sim: Simulator }[];
  /** Starts a worker of all fleets and waits until it polls the lane. */
  startWorker(): Promise<ServerProcess>;
  stopWorkers(): Promise<void>;
  stop(): Promise<void>;
}

/** One Temporal server, and fleets that share nothing but it: each has a forge, a control plane and tenants. */
export async function startManyFleets(options: {
  readonly fleets: number;
  readonly tenants: number;
  readonly batch: number;
  readonly pollMs?: number;
  readonly server?: DevServerOptions;
}): Promise<ManyFleets> {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-bench-'));
  const fleets = await Promise.all(
    Array.from({ length: options.fleets }, async (_, index) => ({
      name: `fleet-${index + 1}`,
      sim: await startSimulator({ tenants: options.tenants, seed: index + 1, journalTenantReads: false }),
    })),
  );
  const server = await startDevServer({ headless: true, ...options.server });
  const configFile = join(directory, 'greenlane.yaml');
  const { batch: batchSize, pollMs = 1_000 } = options;
  const over = {
    gates: { timeout: '60m', poll: `${pollMs}ms` },
    rollout: { batchSize, soak: 0 },
    verify: { settle: '10s' },
  };
  const file = {
    fleets: Object.fromEntries(fleets.map(({ name, sim }) => [name, simulatedFleet(sim, over)])),
  };
  writeFileSync(configFile, stringify(file));
  const workers: ServerProcess[] = [];
  const stopWorkers = async (): Promise<void> => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(1_000, 'SIGKILL')));
  };
  return {
    server,
    fleets,
    stopWorkers,
    startWorker: async () => {
      const worker = await launchWorker({
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TEMPORAL_ADDRESS: server.address,
        GREENLANE_CONFIG: configFile,
        ...workerTokens((fleets[0] as (typeof fleets)[number]).sim),
      });
      workers.push(worker);
      await untilPolling(worker);
      return worker;
    },
    stop: async () => {
      await stopWorkers();
      await server.stop();
      await Promise.all(fleets.map(({ sim }) => sim.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a deploy of the newest commit is started with. */
export function startOf(name: string, sha: string) {
  return {
    workflowId: `deploy/${name}/${sha}`,
    taskQueue: 'publish',
    args: [{ fleet: name, sha, kind: 'auto', actor: 'bench' }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
  } as const;
}
