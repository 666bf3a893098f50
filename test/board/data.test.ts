import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBoard, whyNoData } from '../../src/board/data.ts';
import { BoardFeed } from '../../src/board/feed.ts';
import { headlineOf } from '../../src/board/headline.ts';
import { connect, type TemporalAccess } from '../../src/client/connect.ts';
import { startDevServer, type DevServer } from '../../src/dev/temporal-server.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane } from '../support/worker.ts';

describe('what the board reads', () => {
  let lane: Lane;
  let access: TemporalAccess;

  beforeAll(async () => {
    lane = await startLane();
    const { client, connection, namespace } = lane.environment;
    access = {
      client,
      address: connection.options.address,
      namespace: namespace ?? 'default',
      lane: lane.taskQueue,
      close: async () => undefined,
    };
  });
  afterAll(async () => lane.stop());

  it('is nothing to worry about while no deploy has asked for the fleet', async () => {
    const data = await readBoard(access, 'nobody', 7);
    expect(data).toMatchObject({ at: 7, early: [], lock: { queue: [], ledger: [] } });
    expect(headlineOf({ fleet: 'nobody', data }).text).toBe('nobody: no deploy has asked for this fleet yet');
  });

  it('is who holds the fleet, who waits, who is not that far yet, and what ended', async () => {
    const world = await lane.world({ fleet: { rollout: { soak: '30s' } } });
    const sha = world.green();
    const deploy = await world.start(sha);
    // A newer one that is green before the grant would supersede it.
    await until(async () => (await readBoard(access, world.name, 7)).lock.holder !== undefined);
    const waiting = await world.start(world.green());
    const early = await world.start(world.sim.forge.push());
    await until(async () => {
      const { lock, holder, early: found } = await readBoard(access, world.name, 7);
      return (
        lock.holder?.workflowId === deploy.workflowId &&
        holder?.status?.phase === 'soak' &&
        lock.queue[0]?.workflowId === waiting.workflowId &&
        found.some(({ workflowId }) => workflowId === early.workflowId)
      );
    });
    const { early: found } = await readBoard(access, world.name, 7);
    expect(found.map(({ workflowId }) => workflowId)).toEqual([early.workflowId]);
    for (const one of [early, waiting, deploy])
      await one.executeUpdate('abort', { args: [{ reason: 'enough', actor: 'a test' }] });
    await deploy.result();
    await until(async () => (await readBoard(access, world.name, 7)).lock.ledger[0]?.outcome === 'halted');
    const data = await readBoard(access, world.name, 7);
    expect(headlineOf({ fleet: 'shop', data })).toMatchObject({
      tone: 'bad',
      text: expect.stringMatching(
        /^shop: free, but .* ended halted: 1 of 7 tenants are proven on it$/,
      ) as unknown,
    });
  });
});

describe('a board whose Temporal goes away', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-board-'));
  let server: DevServer | undefined;
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('keeps what it knew, says so, and reads on when the server is back on its port', async () => {
    const options = { dbFilename: join(directory, 'temporal.db'), headless: true } as const;
    server = await startDevServer(options);
    const { address, namespace, port } = server;
    const access = await connect({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
    const feed = new BoardFeed({
      fleet: 'production',
      everyMs: 200,
      read: async (now) => readBoard(access, 'production', now),
      explain: (error) => whyNoData(error, access),
    });
    try {
      await feed.start();
      expect(feed.state).toMatchObject({ fleet: 'production', data: { early: [] } });
      await server.kill('SIGKILL');
      await until(() => feed.state.trouble !== undefined);
      expect(feed.state.trouble?.why).toContain(`Temporal does not answer at ${address}`);
      expect(feed.state.data).toBeDefined();
      server = await startDevServer({ ...options, port });
      await until(() => feed.state.trouble === undefined, 30_000);
    } finally {
      feed.close();
      await access.close();
    }
  });
});
