import { connect } from '../../src/client/connect.ts';
import { startStack, STACK_GATES } from '../../src/dev/stack.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import { greenlane } from '../support/cli.ts';
import { pause } from './pause.ts';

const MINUTE_MS = 60_000;

/**
 * SIGTERM of the worker while a call of so many minutes is out: it waits for the answer, hands it in and ends, its
 * successor goes on, and the canary is called once. Resolves with what is wrong.
 */
export async function longCall(minutes: number, say: (line: string) => void): Promise<string[]> {
  const stack = await startStack({
    server: { headless: true },
    simulator: { tenants: 4, perTenantMs: (slug) => (slug === 'hongming' ? minutes * MINUTE_MS : 50) },
    fleet: { rollout: { soak: 0, postTimeout: `${minutes + 1}m` } },
  });
  const access = await connect(stack.env);
  try {
    const worker = await stack.startWorker();
    const ended = worker.ended.then(() => Date.now());
    const sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, STACK_GATES);
    await greenlane(['deploy', '--sha', sha, '--no-wait'], stack.env);
    const calls = () =>
      stack.sim.journal.calls(
        'control-plane',
        (call) => call.dryRun === false && call.slugs?.[0] === 'hongming',
      );
    while (calls().length === 0) await pause(100);
    await pause(1_000);
    worker.signal('SIGTERM');
    say(`a call of ${minutes} min is out, and the worker was told to stop`);
    await stack.startWorker();
    const result = (await access.client.workflow
      .getHandle(`deploy/production/${sha}`)
      .result()) as DeployResult;
    const endedAt = await ended;
    say(
      `${result.outcome}: ${calls().length} call to the canary, ${new Set(Object.values(stack.sim.tenants.fleet.running())).size} release on the fleet`,
    );
    return [
      ...(endedAt < (calls()[0]?.endAt ?? Infinity) ? ['the worker ended while its call was out'] : []),
      ...(result.outcome === 'deployed' ? [] : [`the deploy ended ${result.outcome}: ${result.reason}`]),
      ...(calls().length === 1 ? [] : [`the canary was called ${calls().length} times`]),
    ];
  } finally {
    await access.close();
    await stack.stop();
  }
}
