import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import { buildIdOf } from '../../src/worker-version.ts';
import { greenlane } from '../support/cli.ts';
import { buildNewer, FORMER, type Build } from './newer-build.ts';

let newer: Build;
let stack: Stack;

beforeAll(async () => void (newer = await buildNewer()), 180_000);
afterAll(() => newer.remove());
beforeEach(async () => {
  stack = await startStack({
    server: { headless: true },
    simulator: { tenants: 4 },
    fleet: { rollout: { soak: 0 } },
  });
});
afterEach(async () => stack.stop());

/** Builds whose workers have done a part of a workflow, in order, and the names of the markers it has set. */
async function workOn(workflowId: string): Promise<{ builds: string[]; patched: boolean }> {
  const access = await connect(stack.env);
  try {
    const { events } = await access.client.workflow.getHandle(workflowId).fetchHistory();
    const builds = (events ?? []).flatMap(
      ({ workflowTaskCompletedEventAttributes: done }) =>
        done?.deploymentVersion?.buildId ?? done?.workerVersion?.buildId ?? [],
    );
    const patched = (events ?? []).some(
      ({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_patch',
    );
    return { builds: [...new Set(builds)], patched };
  } finally {
    await access.close();
  }
}

/** Starts the deploy of a new commit and waits until its canary is called, and held. */
async function deployHeldAtTheCanary() {
  const sha = stack.sim.forge.push();
  stack.sim.forge.setGreen(sha, STACK_GATES);
  const release = stack.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'hold' });
  expect((await greenlane(['deploy', '--sha', sha, '--no-wait'], stack.env)).code).toBe(0);
  const called = (call: { readonly slugs?: readonly string[] }) => call.slugs?.includes('hongming') === true;
  await stack.sim.journal.until('control-plane', called, 30_000);
  return { sha, workflowId: `deploy/production/${sha}`, release };
}

const calls = () => stack.sim.journal.calls('control-plane', { dryRun: false });

describe('a deploy that began on the former build', () => {
  it('ends there where workers are versioned, also through a restart, while new deploys take the newer one', async () => {
    const [one, two] = [buildIdOf(FORMER.bundle), buildIdOf(newer.bundle)];
    expect(one).not.toBe(two);
    stack.workerEnv['GREENLANE_BUILD_ID'] = 'auto';
    const worker = await stack.startWorker(FORMER.program);
    expect((await greenlane(['setup', '--current-build', one], stack.env)).code).toBe(0);
    const first = await deployHeldAtTheCanary();

    await stack.startWorker(newer.program);
    expect((await greenlane(['setup', '--current-build', two], stack.env)).code).toBe(0);
    // The former build is started anew in the middle: it replays what it did itself, and the newer one keeps off.
    await worker.kill('SIGKILL');
    first.release();
    await stack.startWorker(FORMER.program);
    const end = await greenlane(['deploy', '--sha', first.sha, '--json'], stack.env);
    expect(end, end.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(end.stdout)).toMatchObject({ outcome: 'deployed', tenants: { onTarget: 4 } });
    expect(await workOn(first.workflowId)).toEqual({ builds: [one], patched: false });

    const second = stack.sim.forge.push();
    stack.sim.forge.setGreen(second, STACK_GATES);
    const next = await greenlane(['deploy', '--sha', second, '--json'], stack.env);
    expect(JSON.parse(next.stdout)).toMatchObject({ outcome: 'deployed' });
    expect(await workOn(`deploy/production/${second}`)).toEqual({ builds: [two], patched: true });
    expect((await workOn('fleet-lock/production')).builds.at(-1)).toBe(two);
    const epochs = calls().map(({ epoch }) => epoch);
    expect(epochs).toEqual(epochs.toSorted());
  }, 120_000);

  it('goes on with the newer one by replay where they are not, and no tenant is called twice', async () => {
    const former = await stack.startWorker(FORMER.program);
    const { sha, workflowId, release } = await deployHeldAtTheCanary();
    former.signal('SIGTERM');
    const taken = stack.startWorker(newer.program);
    release();
    await Promise.all([former.ended, taken]);
    const end = await greenlane(['deploy', '--sha', sha, '--json'], stack.env);
    expect(JSON.parse(end.stdout)).toMatchObject({ outcome: 'deployed', tenants: { onTarget: 4 } });
    expect((await workOn(workflowId)).builds, end.stderr + former.lastLines(60)).toEqual([
      buildIdOf(FORMER.bundle),
      buildIdOf(newer.bundle),
    ]);
    const called = calls().flatMap(({ slugs = [] }) => slugs);
    expect(called.toSorted()).toEqual([...new Set(called)].toSorted());
  }, 120_000);
});
