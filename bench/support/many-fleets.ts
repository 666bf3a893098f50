import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { programPath } from '../../src/dev/program.ts';
import { startServerProcess, type ServerProcess } from '../../src/dev/server-process.ts';
import { STACK_GATES } from '../../src/dev/stack.ts';
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
  const file = { fleets: Object.fromEntries(fleets.map(({ name, sim }) => [name, fleetOf(sim, options)])) };
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
      const { tokens } = (fleets[0] as (typeof fleets)[number]).sim;
      const worker = await startServerProcess({
        command: process.execPath,
        args: [programPath(), 'worker'],
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          TEMPORAL_ADDRESS: server.address,
          GREENLANE_CONFIG: configFile,
          CP_ADMIN_API_TOKEN: tokens.controlPlane,
          AUTO_SYNC_TOKEN: tokens.forge,
          PROD_AUTO_DEPLOY_CONTROL_TOKEN: tokens.control,
        },
      });
      workers.push(worker);
      while (!worker.lastLines(200).includes('worker polls the lane')) {
        if (worker.hasEnded()) throw new Error(`the worker did not come up:\n${worker.lastLines(20)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
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

function fleetOf(sim: Simulator, { batch, pollMs = 1_000 }: { batch: number; pollMs?: number }): object {
  return {
    repo: sim.forge.repo,
    branch: sim.forge.branch,
    forge: { kind: 'gitea', url: sim.forge.url },
    controlPlane: { url: sim.controlPlane.url },
    tenants: { buildinfoUrl: sim.tenants.buildinfoUrl },
    gates: { required: STACK_GATES, timeout: '60m', poll: `${pollMs}ms` },
    rollout: { canary: 'hongming', batchSize: batch, soak: 0, postTimeout: '60s' },
    verify: { settle: '10s', interval: '500ms' },
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
