import { existsSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/dev/cluster/index.ts';
import { startCluster } from '../../src/dev/cluster/index.ts';
import { quietRuntime } from '../support/temporal.ts';

const taskQueue = 'cluster';
const workflowsPath = new URL('./fixtures/workflows.ts', import.meta.url).pathname;
const start = {
  taskQueue,
  workflowIdReusePolicy: 'REJECT_DUPLICATE',
  workflowIdConflictPolicy: 'FAIL',
} as const;

quietRuntime();
let cluster: Cluster;
let client: Client;
let native: NativeConnection;
beforeAll(async () => {
  cluster = await startCluster();
  client = new Client({ connection: await Connection.connect({ address: cluster.address }) });
  native = await NativeConnection.connect({ address: cluster.address });
});
afterAll(async () => {
  await client.connection.close();
  await native.close();
  await cluster.stop();
});

/** A workflow that is asleep while `fault` happens, and how it ends. */
async function sleepThrough(workflowId: string, fault: () => Promise<void>): Promise<string> {
  const worker = await Worker.create({ connection: native, taskQueue, workflowsPath });
  return worker.runUntil(async () => {
    const handle = await client.workflow.start('sleeper', { ...start, workflowId, args: ['4s'] });
    await expect.poll(async () => (await handle.fetchHistory()).events?.length).toBeGreaterThan(3);
    await fault();
    return handle.result() as Promise<string>;
  });
}

describe('a cluster', () => {
  it('runs a workflow that is found by Greenlane’s search attributes', async () => {
    expect(await sleepThrough('undisturbed', async () => {})).toBe('awake');
    await expect
      .poll(() => client.workflow.count('GreenlaneFleet = "x" AND GreenlaneSha = "x"'), { timeout: 10_000 })
      .toMatchObject({ count: 1 });
  });

  it('loses nothing when the Temporal server is killed', async () => {
    const result = await sleepThrough('server-killed', async () => {
      await cluster.killServer();
      await cluster.startServer();
    });
    expect(result).toBe('awake');
  });

  it('loses nothing when PostgreSQL is killed under the running server', async () => {
    const result = await sleepThrough('postgres-killed', async () => {
      await cluster.killPostgres();
      await cluster.startPostgres();
    });
    expect(result).toBe('awake');
  });

  it('loses nothing when both are killed, whichever comes first', async () => {
    const result = await sleepThrough('both-killed', async () => {
      await cluster.killPostgres();
      await cluster.killServer();
      await cluster.startPostgres();
      await cluster.startServer();
    });
    expect(result).toBe('awake');
  });

  it('removes everything when it is stopped', async () => {
    const other = await startCluster();
    expect(existsSync(other.directory)).toBe(true);
    await other.stop();
    expect(existsSync(other.directory)).toBe(false);
    await expect(Connection.connect({ address: other.address, connectTimeout: 500 })).rejects.toThrow();
  });
});
