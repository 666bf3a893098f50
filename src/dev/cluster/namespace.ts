import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { ServerStartError } from '../../errors.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';

const retention = '1 day';
const pollMs = 100;
/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const keyword = 2;
const names = Object.values(searchAttributes).map(({ name }) => name);

/**
 * Registers the namespace and Greenlane's search attributes in a server that answers, and waits until it takes a
 * query by them.
 * @param deadlineMs how long a cluster that has just been started may take
 * @throws {ServerStartError} with the server's last answer
 */
export async function registerNamespace(
  address: string,
  namespace: string,
  deadlineMs: number,
): Promise<void> {
  const connection = await Connection.connect({ address });
  const { workflowService, operatorService } = connection;
  const end = Date.now() + deadlineMs;
  try {
    await repeat(end, 'registering the namespace', () =>
      workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(retention) }),
    );
    await repeat(end, 'registering the search attributes', () =>
      operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(names.map((name) => [name, keyword])),
      }),
    );
    const query = names.map((name) => `${name} = 'x'`).join(' AND ');
    await repeat(end, 'a query by search attributes', () =>
      workflowService.countWorkflowExecutions({ namespace, query }),
    );
  } finally {
    await connection.close();
  }
}

/** A new server refuses what its services or caches do not know yet. */
async function repeat(end: number, what: string, call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (/already (exists|registered)/i.test(said)) return;
      if (Date.now() > end) throw new ServerStartError('the cluster', `${what} was refused`, said);
      await sleep(pollMs);
    }
  }
}
