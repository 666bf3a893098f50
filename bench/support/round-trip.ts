import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker, DefaultLogger, Runtime } from '@temporalio/worker';
import type { roundTrips } from './round-trip-workflow.ts';

/** The floor that benchmarks are measured against: an activity that does nothing, on the same server. */
export interface RoundTrips {
  /** Runs some of them, one after another; ms each took, as the workflow sees it. */
  take(count: number): Promise<number[]>;
  close(): Promise<void>;
}

/** Starts a worker of its own on the server, in this process. */
export async function startRoundTrips(address: string): Promise<RoundTrips> {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch {
    // Installed already by the benchmark.
  }
  const taskQueue = `round-trip-${process.pid}-${Date.now()}`;
  const bundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./round-trip-workflow.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: bundle,
    activities: { nothing: () => Promise.resolve() },
  });
  const running = worker.run();
  const client = new Client({ connection: await Connection.connect({ address }) });
  let asked = 0;
  return {
    take: async (count) => {
      asked += 1;
      return client.workflow.execute<typeof roundTrips>('roundTrips', {
        workflowId: `${taskQueue}-${asked}`,
        taskQueue,
        args: [count],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      });
    },
    close: async () => {
      worker.shutdown();
      await running;
      await client.connection.close();
      await connection.close();
    },
  };
}

/** The median time in ms of one activity that does nothing, on the given server, in this run. */
export async function activityRoundTrip(address: string, count = 60): Promise<number> {
  const trips = await startRoundTrips(address);
  try {
    return median(await trips.take(count));
  } finally {
    await trips.close();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
