/**
 * The wheel under load: a halt's receipt while deploys queue for the same fleet, and `greenlane queue` while a
 * thousand wait. `npm run bench -- steering`, or `npx tsx bench/steering.bench.ts WAVES QUEUED WAITING`
 *
 * One deploy rolls through the simulated fleet by a worker of its own and is halted and resumed in every wave, while
 * its call is out, and three times in every soak. The queue is real deploys up to QUEUED; from there to WAITING it is
 * workflows that ask the lock as deploys do and do nothing else.
 */
import { fileURLToPath } from 'node:url';
import { startStack } from '../src/dev/stack.ts';
import { measureHalts, queueUp } from './steering/halts.ts';
import { fillQueue, measureQueue } from './steering/queue.ts';
import { spread } from './steering/timed.ts';
import { figure, judge, percentile } from './support/figures.ts';
import { median } from './support/round-trip.ts';
import { withWorker } from './support/worker.ts';

const [waves = 25, queued = 20, waiting = 1_000] = process.argv.slice(2).map(Number);
const workflows = fileURLToPath(new URL('./steering/workflows.ts', import.meta.url));

const stack = await startStack({
  // A call is out for longer than a receipt may take: a receipt never waits for the call's end.
  simulator: { tenants: waves + 2, perTenantMs: 1_100 },
  server: { headless: true },
  fleet: { rollout: { soak: '1h', batchSize: 1 } },
});
try {
  await stack.startWorker();
  await withWorker(
    stack.address,
    workflows,
    () => ({}),
    async (client, taskQueue) => {
      const bare = await client.workflow.start('bare', {
        ...{ workflowId: 'bare', taskQueue },
        ...{ workflowIdReusePolicy: 'ALLOW_DUPLICATE', workflowIdConflictPolicy: 'FAIL' },
      });
      const holder = await queueUp(client, stack, queued + 1);
      const halts = await measureHalts(holder, bare, stack, waves);
      const update = median(halts.updates);
      figure('an update that does nothing', spread(halts.updates));
      for (const [where, receipts] of [
        ['in a wave, its call out', halts.wave],
        ['in a soak', halts.soak],
      ] as const) {
        figure(`halt to receipt ${where}, ${queued} queued`, spread(receipts), {
          text: 'p99 below 1000',
          reached: percentile(receipts, 0.99) < 1_000,
        });
        figure('  p50 in updates', (median(receipts) / update).toFixed(1));
      }
      figure('greenlane halt as a process, in a soak', spread(halts.commands));

      await fillQueue(client, taskQueue, waiting);
      const queue = await measureQueue(client, bare, stack, waiting);
      figure('a query that answers nothing', spread(queue.bare));
      figure(`the lock’s query, ${waiting} waiting`, spread(queue.queries));
      figure('  p50 in bare queries', (median(queue.queries) / median(queue.bare)).toFixed(1));
      figure('node -e 0', spread(queue.nodes));
      figure(`greenlane queue, ${waiting} waiting`, spread(queue.commands), {
        text: 'all below 1000',
        reached: percentile(queue.commands, 1) < 1_000,
      });
      figure('  p50 in node -e 0', (median(queue.commands) / median(queue.nodes)).toFixed(1));
      figure(`greenlane queue --json, ${waiting} waiting`, spread(queue.json));
    },
  );
  judge();
} finally {
  await stack.stop();
}
