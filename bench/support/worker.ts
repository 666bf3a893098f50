import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

/** Runs `work` beside a worker of the workflows in a file, on a task queue of its own. */
export async function withWorker<T>(
  address: string,
  workflowsPath: string,
  activities: (client: Client) => Record<string, (...args: never[]) => Promise<unknown>>,
  work: (client: Client, taskQueue: string) => Promise<T>,
): Promise<T> {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch {
    // Installed already by another part of the benchmark.
  }
  const taskQueue = `bench-${process.pid}-${Date.now()}`;
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle,
    activities: activities(client),
  });
  try {
    return await worker.runUntil(work(client, taskQueue));
  } finally {
    await client.connection.close();
    await connection.close();
  }
}
