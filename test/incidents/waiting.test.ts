import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeSkippingEnvironment } from '../support/temporal.ts';
import { GATES, startLane, type Lane } from '../support/worker.ts';

// One clock for all on the server that skips time, so these run one after another.
let lane: Lane;
beforeAll(async () => {
  lane = await startLane({ environment: await timeSkippingEnvironment() });
});
afterAll(async () => {
  await lane.stop();
});

const [FIRST, SECOND] = GATES as [string, string];

describe('an hour of waiting for gates', () => {
  it('I-26: ends when the configured time is over, naming what is still missing and what is pending', async () => {
    const { sim, deploy, calls } = await lane.world({ fleet: { gates: { timeout: '60m', poll: '15s' } } });
    const sha = sim.forge.push();
    sim.forge.setStatus(sha, FIRST, 'pending', 'Waiting to run');
    const end = await deploy(sha);
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain('not green within 1h');
    expect(end.reason).toContain(`${FIRST} (pending; Waiting to run)`);
    expect(end.reason).toContain(`${SECOND} (missing)`);
    const lasted = Date.parse(end.finishedAt) - Date.parse(end.startedAt);
    expect(lasted).toBeGreaterThan(59 * 60_000);
    expect(lasted).toBeLessThan(61 * 60_000);
    expect(calls()).toHaveLength(0);
  });

  it('adds no history and holds no slot: an hour has as many events as a minute', async () => {
    const events = async (timeout: string): Promise<{ count: number; looks: number }> => {
      const { sim, start } = await lane.world({ fleet: { gates: { timeout, poll: '15s' } } });
      const handle = await start(sim.forge.push());
      await handle.result();
      const { events: list = [] } = await handle.fetchHistory();
      return { count: list?.length ?? 0, looks: sim.journal.calls('forge.statuses').length };
    };
    const [minute, hour] = [await events('1m'), await events('60m')];
    expect(hour.looks).toBeGreaterThan(200);
    expect(hour.looks).toBeGreaterThan(minute.looks * 20);
    expect(hour.count).toBe(minute.count);
  });
});
