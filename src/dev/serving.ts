import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { ServerStartError } from '../errors.ts';
import { isOpen } from './ports.ts';
import type { ServerProcess } from './server-process.ts';

const pollMs = 50;
const shownLines = 12;

/** What is waited for, and how it is called in an error. */
export interface Serving {
  /** `the Temporal dev server` */
  readonly what: string;
  readonly address: string;
  readonly namespace: string;
  readonly deadlineMs: number;
}

/**
 * Waits until the server answers for the namespace. A server that ends or stays silent is given up, with the
 * last lines it wrote.
 * @throws {ServerStartError}
 */
export async function waitUntilServing(server: ServerProcess, serving: Serving): Promise<void> {
  const { what, address, namespace, deadlineMs } = serving;
  const end = Date.now() + deadlineMs;
  for (;;) {
    if (server.hasEnded())
      throw new ServerStartError(what, 'it ended at once', server.lastLines(shownLines), true);
    if (await answers(address, namespace)) return;
    if (Date.now() > end) {
      await server.stop(0);
      const why = `it did not answer at ${address} within ${deadlineMs / 1000} s`;
      throw new ServerStartError(what, why, server.lastLines(shownLines));
    }
    await sleep(pollMs);
  }
}

/** Whether a Temporal server at the address knows the namespace now. */
async function answers(address: string, namespace: string): Promise<boolean> {
  // gRPC waits a second after a refused connection; a socket costs nothing.
  if (!(await isOpen(Number(address.split(':')[1])))) return false;
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1000 });
    await connection.withDeadline(Date.now() + 2000, () =>
      (connection as Connection).workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
