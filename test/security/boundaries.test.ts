import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeployRequest } from '../../src/rollout/request.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import { commandUpdate, statusQuery } from '../../src/workflows/messages.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane, type World } from '../support/worker.ts';

let lane: Lane;
let world: World;
let thief: World;
/** How the deploy of a start ended that names addresses. */
let end: DeployResult;
beforeAll(async () => {
  lane = await startLane();
  thief = await lane.world();
  const evil = `${thief.sim.hooks.url}/thief`;
  world = await lane.world();
  const addresses = {
    url: evil,
    controlPlane: { url: evil, productionUrl: evil, token: 'X' },
    forge: { kind: 'gitea', url: evil },
    tenants: { buildinfoUrl: `${evil}/{slug}` },
    registry: { url: evil, image: 'a/b' },
    settings: { buildinfoUrl: `${evil}/{slug}` },
    notify: [{ kind: 'webhook', url: evil }],
  } as Partial<DeployRequest>;
  end = await world.deploy(world.green(), addresses);
});
afterAll(async () => lane.stop());

describe('whoever can push to the branch', () => {
  it('changes nothing of the worker by a file: it asks the forge for none', () => {
    const asked = world.sim.journal.filter(({ where }) => where.startsWith('forge'));
    expect(asked.length).toBeGreaterThan(3);
    for (const { path } of asked) expect(path).not.toMatch(/contents|\/raw\b|archive|\/git\/(trees|blobs)/);
  });
});

describe('whoever listens at a service', () => {
  it('hears the token of that service, and no tenant hears any', () => {
    const sent = world.sim.journal.filter(({ authorizationSent }) => authorizationSent);
    expect(new Set(sent.map(({ where }) => where.split('.')[0]))).toEqual(
      new Set(['forge', 'control-plane']),
    );
    expect(world.sim.journal.filter(({ authorizationOk }) => !authorizationOk)).toEqual([]);
  });
});

describe('whoever can start a workflow', () => {
  it('sends no token to an address that a start names', async () => {
    expect(end.outcome).toBe('deployed');
    expect(thief.sim.journal).toHaveLength(0);
    const sha = world.green();
    const refused = await world.deploy(sha, {
      changes: { controlPlaneUrl: thief.sim.hooks.url },
    } as Partial<DeployRequest>);
    expect(refused.outcome).toBe('failed');
    expect(thief.sim.journal).toHaveLength(0);
    expect(world.running()).not.toContain(sha);
  });

  it('calls nobody before a person has approved, whatever the start says', async () => {
    const world = await lane.world({ fleet: { approval: { required: true } } });
    const claims = { approved: true, approval: { required: false }, actor: 'root' } as Partial<DeployRequest>;
    const handle = await world.start(world.green(), claims);
    await until(async () => (await handle.query(statusQuery)).phase === 'approval');
    expect(world.calls()).toEqual([]);
    await handle.executeUpdate(commandUpdate('approve'), { args: [{ reason: 'reviewed', actor: 'ann' }] });
    expect((await handle.result()).outcome).toBe('deployed');
    expect(world.calls().length).toBeGreaterThan(0);
  });
});
