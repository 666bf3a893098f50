import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault, Simulator } from '../../../src/simulator/index.ts';
import { RemoteSimulator, startSimulator } from '../../../src/simulator/index.ts';
import { buildinfo, call, gitea, redeploy, tagOf } from '../calls.ts';

let sim: Simulator;
let remote: RemoteSimulator;

beforeEach(async () => {
  sim = await startSimulator({ tenants: ['a', 'b'] });
  remote = new RemoteSimulator(sim.url);
});
afterEach(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

describe('what another process can do', () => {
  test('commit, push, set statuses and check runs', async () => {
    const sha = await remote.commit();
    expect(sim.forge.head()).toBe(sha);
    const aside = await remote.commit({ push: false, message: 'aside' });
    expect(sim.forge.head()).toBe(sha);
    await remote.push(aside);
    expect(sim.forge.head()).toBe(aside);
    await remote.setStatus(sha, 'CI / all-required (push)', 'success', 'fine');
    expect((await gitea(sim, `commits/${sha}/statuses`)).body).toMatchObject([
      { status: 'success', description: 'fine' },
    ]);
    expect(await remote.setCheckRun(sha, 'build', 'queued')).toMatchObject({
      name: 'build',
      conclusion: null,
    });
  });

  test('set and unset variables', async () => {
    await remote.setVariable('repo', 'SWITCH', 'true');
    const read = () => gitea(sim, 'actions/variables/SWITCH', { token: sim.tokens.control });
    expect((await read()).body).toMatchObject({ data: 'true' });
    await remote.setVariable('repo', 'SWITCH', undefined);
    expect((await read()).status).toBe(404);
  });

  test('move, add and tear down tenants; publish and withhold tags', async () => {
    const sha = await remote.commit();
    await remote.setTenant('a', sha);
    await remote.setTenant('c', sha);
    await remote.setTenant('b', undefined);
    expect((await remote.running()).running).toEqual({ a: sha, c: sha });
    await remote.setTag('latest', sha);
    expect(Object.keys((await remote.state()).tags)).toEqual(['latest']);
    await remote.setTag('latest', undefined);
    expect((await remote.state()).tags).toEqual({});
  });

  test('arm and remove faults', async () => {
    const remove = await remote.fault({ where: 'tenant', slug: 'a', kind: 'status', status: 500 });
    expect((await buildinfo(sim, 'a')).status).toBe(500);
    expect((await remote.state()).faults).toMatchObject([{ kind: 'status', fired: 1 }]);
    await remove();
    expect((await buildinfo(sim, 'a')).status).toBe(200);
    await remote.fault({ where: 'tenant', kind: 'html' });
    await remote.clearFaults();
    expect((await buildinfo(sim, 'a')).text).not.toContain('html');
  });

  test('change settings, and read the journal in parts', async () => {
    await remote.set({ fenceEpochs: true, perTenantMs: 5 });
    expect(sim.settings).toMatchObject({ fenceEpochs: true, perTenantMs: 5, idempotent: false });
    const sha = await remote.commit();
    await redeploy(sim, { target_tag: tagOf(sha), dry_run: true });
    await redeploy(sim, { target_tag: tagOf(sha), only_slugs: ['a'] });
    const [dry] = await remote.journal({ where: 'control-plane', dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, effect: false });
    const later = await remote.journal({ since: dry?.seq ?? 0, effect: true });
    expect(later).toMatchObject([{ where: 'control-plane', touched: ['a'] }]);
    expect((await remote.journal()).every((entry) => !entry.path.includes('__sim'))).toBe(true);
  });

  test('see the state and what was posted', async () => {
    const sha = sim.forge.head();
    await gitea(sim, `statuses/${sha}`, { method: 'POST', body: { state: 'pending', context: 'c' } });
    expect(await remote.statusesPosted(sha)).toMatchObject([{ context: 'c', posted: true }]);
    expect(await remote.state()).toMatchObject({
      ...sim.addresses,
      head: sha,
      tenants: 2,
      census: { [sha]: 2 },
      highestEpoch: 0,
      errors: [],
    });
  });
});

describe('what is not understood is refused by name', () => {
  test.each([
    ['fault', { where: 'tenant', kind: 'explode' }, 'kind'],
    ['fault', { where: 'tenant', kind: 'slow' }, 'ms'],
    ['status', { sha: 'x', context: 'c', state: 's' }, 'unknown commit x'],
    ['commit', { parent: 'x' }, 'unknown parent x'],
    ['settings', { perTenantMs: 'long' }, 'perTenantMs'],
    ['settings', { nonsense: 1 }, 'nonsense'],
    ['variable', undefined, 'expected object'],
  ])('%s %o', async (command, body, why) => {
    const reply = await call(`${sim.url}/__sim/${command}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body }),
    });
    expect(reply.status).toBe(400);
    expect((reply.body as { error: string }).error).toContain(why);
  });

  test('the remote throws what was wrong', async () => {
    await expect(remote.fault({ kind: 'x' } as unknown as Fault)).rejects.toThrow(
      /400.*Expected 'status'.*at kind/s,
    );
    expect((await call(`${sim.url}/__sim/nope`)).status).toBe(404);
    expect((await call(`${sim.url}/__sim/fault/99`, { method: 'DELETE' })).status).toBe(404);
  });
});
