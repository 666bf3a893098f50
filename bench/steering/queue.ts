import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Stack } from '../../src/dev/stack.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import { lockQuery } from '../../src/workflows/messages.ts';
import { greenlane } from '../../test/support/cli.ts';
import type { asker } from '../../test/lock/workflows.ts';
import { until } from '../../test/support/until.ts';
import { timed } from './timed.ts';

const ROUNDS = 15;
const AT_ONCE = 50;
const run = promisify(execFile);

/** ms each. */
export interface QueueTimes {
  /** A query of a workflow that does nothing. */
  readonly bare: number[];
  /** The query of the lock with the whole queue. */
  readonly queries: number[];
  /** `node -e 0` as a process. */
  readonly nodes: number[];
  /** `greenlane queue` and `greenlane queue --json` as processes. */
  readonly commands: number[];
  readonly json: number[];
}

/** Lets cheap workflows ask for the fleet as deploys do, until so many wait; nobody of them ever has it. */
export async function fillQueue(client: Client, taskQueue: string, waiting: number): Promise<void> {
  const lock = client.workflow.getHandle(lockId('production'));
  const missing = waiting - (await lock.query(lockQuery, 0)).waiting;
  for (let n = 0; n < missing; n += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, missing - n) }, (_, index) =>
        client.workflow.start<typeof asker>('asker', {
          workflowId: `asker/${n + index}`,
          taskQueue,
          args: [{ fleet: 'production', n: n + index, rounds: 1 }],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
        }),
      ),
    );
  await until(async () => (await lock.query(lockQuery, 0)).waiting >= waiting, 120_000);
}

/** Asks who waits: by the query alone and as a person does. */
export async function measureQueue(
  client: Client,
  bare: WorkflowHandle,
  stack: Stack,
  waiting: number,
): Promise<QueueTimes> {
  const lock = client.workflow.getHandle(lockId('production'));
  const times: QueueTimes = { bare: [], queries: [], nodes: [], commands: [], json: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.bare.push(await timed(() => bare.query('nothing')));
    times.queries.push(
      await timed(async () => {
        const { queue } = await lock.query(lockQuery, waiting);
        if (queue.length !== waiting) throw new Error(`${queue.length} of ${waiting} in the answer`);
      }),
    );
    times.nodes.push(await timed(() => run(process.execPath, ['-e', '0'])));
    times.commands.push(await timed(() => queue()));
    times.json.push(await timed(() => queue('--json')));
  }
  return times;

  async function queue(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await greenlane(['queue', ...args], stack.env);
    const told = args.length === 0 ? `and ${waiting - 50} more` : `"waiting":${waiting},`;
    if (code !== 0 || !stdout.includes(told)) throw new Error(`${stdout.slice(0, 2_000)}\n${stderr}`);
  }
}
