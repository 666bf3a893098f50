/**
 * The fleet lock beside Temporal's own mutex pattern, on the same server in the same run. `npm run bench -- lock`
 */
import { Client, Connection } from '@temporalio/client';
import { startStack } from '../src/dev/stack.ts';
import { measureDeploys, measurePeers } from './lock/hand-over.ts';
import { figure, judge, percentile } from './support/figures.ts';
import { median } from './support/round-trip.ts';

const deploys = Number(process.argv[2] ?? 15);

const stack = await startStack({ simulator: { tenants: 3 }, server: { headless: true } });
try {
  const client = new Client({ connection: await Connection.connect({ address: stack.address }) });
  const { roundTrip, handOvers: mutex } = await measurePeers(stack.address, deploys);
  await stack.startWorker();
  const handOvers = await measureDeploys(client, stack, deploys);
  const ours = median(handOvers);
  const theirs = median(mutex);
  figure('signal to another workflow and back', `${roundTrip.toFixed(0)} ms`);
  figure(
    'mutex: release to first activity',
    `${theirs.toFixed(0)} ms (worst ${percentile(mutex, 1).toFixed(0)})`,
  );
  figure(
    'lock: release to first activity',
    `${ours.toFixed(0)} ms (worst ${percentile(handOvers, 1).toFixed(0)})`,
  );
  figure('  in signal round trips', (ours / roundTrip).toFixed(2), {
    text: 'at most 1.5',
    reached: ours <= 1.5 * roundTrip,
  });
  figure('  in the mutex’s', (ours / theirs).toFixed(2), {
    text: 'at most 0.5',
    reached: ours <= 0.5 * theirs,
  });
  await client.connection.close();
  judge();
} finally {
  await stack.stop();
}
