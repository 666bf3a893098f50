import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker, DefaultLogger, Runtime } from '@temporalio/worker';
import type { roundTrips } from './round-trip-workflow.ts';

/**
 * The floor that benchmarks are measured against: the median time in ms of one activity that does nothing, on the
 * given server, in this run.
 */
export async function activityRoundTrip(address: string, count = 60): Promise<number> {
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
  const client = new Client({ connection: await Connection.connect({ address }) });
  try {
    const took = await worker.runUntil(
      client.workflow.execute<typeof roundTrips>('roundTrips', {
        workflowId: taskQueue,
        taskQueue,
        args: [count],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      }),
    );
    return median(took);
  } finally {
    await client.connection.close();
    await connection.close();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
