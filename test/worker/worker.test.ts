import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import { greenlane } from '../support/cli.ts';

let stack: Stack;

beforeEach(async () => {
  stack = await startStack({
    server: { headless: true },
    simulator: { tenants: 4 },
    fleet: { rollout: { soak: 0 } },
  });
});
afterEach(async () => stack.stop());

/** Builds whose workers have done a part of a workflow, in order. */
async function buildsOf(workflowId: string): Promise<string[]> {
  const access = await connect(stack.env);
  try {
    const { events = [] } = await access.client.workflow.getHandle(workflowId).fetchHistory();
    const builds = (events ?? []).flatMap(
      ({ workflowTaskCompletedEventAttributes: done }) => done?.deploymentVersion?.buildId ?? [],
    );
    return [...new Set(builds)];
  } finally {
    await access.close();
  }
}

describe('a worker that is told to stop', () => {
  it('ends by itself and at once when nothing is under way: no service manager has to kill it', async () => {
    const worker = await stack.startWorker();
    const began = performance.now();
    await worker.stop(60_000);
    // With a call that is out it waits for more than a minute.
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(worker.lastLines(50)).toContain('"state":"STOPPED"');
  });

  it('waits for the call that is out, and sends no other', async () => {
    const worker = await stack.startWorker();
    const sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, STACK_GATES);
    const release = stack.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'hold' });
    await greenlane(['deploy', '--sha', sha, '--no-wait'], stack.env);
    await stack.sim.journal.until(
      'control-plane',
      (call) => call.slugs?.includes('hongming') === true,
      45_000,
    );
    worker.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(worker.hasEnded()).toBe(false);
    release();
    await worker.ended;
    expect(worker.lastLines(50)).toMatch(/"told to stop: .*"rollWave done".*"stopped"/s);
    expect(stack.sim.journal.calls('control-plane', { dryRun: false })).toHaveLength(1);
    expect(stack.sim.tenants.fleet.running()['hongming']).toBe(sha);
  });
});

describe('two builds of the worker', () => {
  it('end each deploy where it began, and take the lock and new deploys to the current one', async () => {
    const first = stack.sim.forge.push();
    stack.workerEnv['GREENLANE_BUILD_ID'] = 'one';
    await stack.startWorker();
    expect((await greenlane(['doctor', '--json'], stack.workerEnv)).stdout).toMatch(
      /no build is the current one/,
    );
    expect((await greenlane(['setup', '--current-build', 'one'], stack.env)).stdout).toMatch(
      /go to build one/,
    );
    expect((await greenlane(['deploy', '--sha', first, '--no-wait'], stack.env)).code).toBe(0);
    const pinned = `deploy/production/${first}`;
    await expect.poll(() => buildsOf(pinned), { timeout: 45_000 }).toEqual(['one']);

    stack.workerEnv['GREENLANE_BUILD_ID'] = 'two';
    await stack.startWorker();
    expect((await greenlane(['setup', '--current-build', 'two'], stack.env)).code).toBe(0);
    const second = stack.sim.forge.commit();
    stack.sim.forge.push(second);
    for (const sha of [first, second]) stack.sim.forge.setGreen(sha, STACK_GATES);
    const ends = await Promise.all(
      [first, second].map((sha) => greenlane(['deploy', '--sha', sha, '--json'], stack.env)),
    );
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(await buildsOf(pinned)).toEqual(['one']);
    expect(await buildsOf(`deploy/production/${second}`)).toEqual(['two']);
    expect((await buildsOf('fleet-lock/production')).at(-1)).toBe('two');
  });

  it('refuse to make a build current that nobody runs, saying what to start', async () => {
    const { code, stderr } = await greenlane(['setup', '--current-build', 'nobody'], stack.env);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /build nobody of greenlane cannot be made current: no worker of it has polled.*\n$/,
    );
  });
});
