import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeployRequest } from '../../src/rollout/request.ts';
import { commandUpdate, statusQuery } from '../../src/workflows/messages.ts';
import { serve } from '../http/loopback.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => (lane = await startLane()));
afterAll(async () => lane.stop());

describe('whoever can start a workflow', () => {
  it('sends no token to an address that a start names', async () => {
    const evil = await serve(
      (_seen, response) => void response.writeHead(200).end('{"ok":true,"results":[]}'),
    );
    const world = await lane.world();
    const addresses = {
      url: evil.url,
      controlPlane: { url: evil.url, productionUrl: evil.url, token: 'X' },
      forge: { kind: 'gitea', url: evil.url },
      tenants: { buildinfoUrl: `${evil.url}/{slug}` },
      registry: { url: evil.url, image: 'a/b' },
      settings: { buildinfoUrl: `${evil.url}/{slug}` },
      notify: [{ kind: 'webhook', url: evil.url }],
    } as Partial<DeployRequest>;
    const end = await world.deploy(world.green(), addresses);
    expect(end.outcome).toBe('deployed');
    expect(evil.seen).toEqual([]);
    const sha = world.green();
    const refused = await world.deploy(sha, {
      changes: { controlPlaneUrl: evil.url },
    } as Partial<DeployRequest>);
    expect(refused.outcome).toBe('failed');
    expect(evil.seen).toEqual([]);
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
