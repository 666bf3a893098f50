import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GATES, startLane, type Lane } from '../support/worker.ts';

// One clock for all on the server that skips time, so these run one after another.
let lane: Lane;
beforeAll(async () => {
  lane = await startLane({ skipsTime: true });
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
    const waited = async (timeout: string): Promise<{ gates: number; all: number; looks: number }> => {
      const { sim, start } = await lane.world({ fleet: { gates: { timeout, poll: '15s' } } });
      const handle = await start(sim.forge.push());
      await handle.result();
      const { events } = await handle.fetchHistory();
      const all = events ?? [];
      const scheduled = all.find(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'awaitGates',
      )?.eventId;
      const gates = all.filter((event) =>
        [
          event.eventId,
          event.activityTaskStartedEventAttributes?.scheduledEventId,
          event.activityTaskFailedEventAttributes?.scheduledEventId,
        ].some((id) => id?.toString() === scheduled?.toString()),
      );
      return { gates: gates.length, all: all.length, looks: sim.journal.calls('forge.statuses').length };
    };
    const [minute, hour] = [await waited('1m'), await waited('60m')];
    expect(hour.looks).toBeGreaterThan(200);
    expect(hour.looks).toBeGreaterThan(minute.looks * 20);
    // Scheduled, started once for the last look, and failed.
    expect([minute.gates, hour.gates]).toEqual([3, 3]);
    expect(hour.all).toBeLessThan(45);
  });
});
