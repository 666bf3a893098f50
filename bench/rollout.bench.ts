/**
 * A deploy of 300 tenants in waves of 30, no soak, a control plane that answers at once: time per wave against one
 * activity round trip on the same server in the same run (target: at most 2), and events of its history per wave
 * (target: at most 12). `npx tsx bench/rollout.bench.ts [tenants] [batch]`
 */
import { Client, Connection } from '@temporalio/client';
import { startStack, STACK_GATES } from '../src/dev/stack.ts';
import type { DeployResult } from '../src/workflows/status.ts';
import { activityRoundTrip } from './support/round-trip.ts';

const tenants = Number(process.argv[2] ?? 300);
const batchSize = Number(process.argv[3] ?? 30);

const stack = await startStack({
  simulator: { tenants },
  server: { headless: true },
  fleet: {
    rollout: { canary: 'hongming', batchSize, soak: 0, postTimeout: '60s' },
    supersede: 'newest-ready',
  },
});
try {
  const floor = await activityRoundTrip(stack.address);
  await stack.startWorker();
  const client = new Client({ connection: await Connection.connect({ address: stack.address }) });
  const sha = stack.sim.forge.push();
  stack.sim.forge.setGreen(sha, STACK_GATES);
  const workflowId = `deploy/production/${sha}`;
  const handle = await client.workflow.start('deploy', {
    workflowId,
    taskQueue: 'publish',
    args: [{ fleet: 'production', sha, kind: 'auto', actor: 'bench' }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
  });
  const result = (await handle.result()) as DeployResult;
  const events = (await handle.fetchHistory()).events ?? [];
  const waves = result.waves;
  const scheduled = events.filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'rollWave',
  );
  const verify = events.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'verifyFleet',
  );
  const at = (event: (typeof events)[number] | undefined): number =>
    Number(event?.eventTime?.seconds ?? 0) * 1000 + Number(event?.eventTime?.nanos ?? 0) / 1e6;
  const perWave = (at(verify) - at(scheduled[1])) / (scheduled.length - 1);
  const calls = stack.sim.journal.calls('control-plane', { dryRun: false });
  const controlPlane =
    calls.reduce((sum, call) => sum + ((call.endAt ?? call.at) - call.at), 0) / calls.length;
  const last = Number(verify?.eventId ?? 0) - Number(scheduled[1]?.eventId ?? 0);
  console.log(`${result.outcome}: ${result.reason}`);
  console.log(`activity round trip   ${floor.toFixed(1)} ms (median of 60, same server, same run)`);
  console.log(
    `per wave of ${batchSize}       ${perWave.toFixed(1)} ms, of which the control plane ${controlPlane.toFixed(1)} ms`,
  );
  console.log(`ratio                 ${(perWave / floor).toFixed(2)} (target: at most 2)`);
  console.log(`events per wave       ${(last / (scheduled.length - 1)).toFixed(1)} (target: at most 12)`);
  console.log(`history               ${events.length} events for ${waves} waves`);
  await client.connection.close();
} finally {
  await stack.stop();
}
