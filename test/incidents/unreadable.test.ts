import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/index.ts';
import { statusQuery } from '../../src/workflows/messages.ts';
import { startLane, type Lane } from '../support/worker.ts';

// What stays unreadable is asked again for minutes: on the server that skips time, one test after another.
let lane: Lane;
beforeAll(async () => {
  lane = await startLane({ skipsTime: true });
});
afterAll(async () => {
  await lane.stop();
});

describe('a kill switch that stays unreadable', () => {
  it.each<[string, Fault[]]>([
    ['401', [{ where: 'forge.variable', kind: 'status', status: 401 }]],
    ['500', [{ where: 'forge.variable', kind: 'status', status: 500 }]],
    [
      'a repository that is hidden',
      (['forge.variable', 'forge.other'] as const).map((where) => ({
        where,
        kind: 'status',
        status: 404,
        body: '{"message":"Not Found"}',
      })),
    ],
  ])('I-07: %s ends the deploy before its first call', async (_, faults) => {
    const { sim, green, deploy, calls } = await lane.world();
    sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', 'true');
    for (const fault of faults) sim.fault(fault);
    const end = await deploy(green());
    expect(end.outcome).toBe('failed');
    expect(end.reason).toMatch(/nothing was touched/);
    expect(sim.journal.calls('forge.variable').length).toBeGreaterThan(3);
    expect(calls()).toHaveLength(0);
  });

  it('I-07: halts a rollout that is under way, without another call', async () => {
    const { sim, green, start, calls } = await lane.world({ fleet: { halt: { deadline: '5m' } } });
    const handle = await start(green());
    await sim.journal.until('control-plane', { dryRun: false }, 45_000);
    sim.fault({ where: 'forge.variable', kind: 'status', status: 500 });
    const before = calls().length;
    const end = await handle.result();
    expect(end.outcome).toBe('halted');
    expect(end.reason).toContain('kill switch could not be read');
    expect(calls().length).toBeLessThanOrEqual(before + 1);
    expect((await handle.query(statusQuery)).phase).toBe('ended');
  });
});

describe('a branch that stays unreadable', () => {
  it.each(['forge.branch', 'forge.compare'] as const)(
    'refuses the deploy before its first call: %s',
    async (where) => {
      const { sim, green, deploy, calls } = await lane.world();
      const sha = green();
      sim.forge.push();
      sim.fault({ where, kind: 'status', status: 503 });
      const end = await deploy(sha);
      expect(end.outcome).toBe('failed');
      expect(end.reason).toContain('nothing was touched');
      expect(calls()).toHaveLength(0);
    },
  );
});

describe('statuses that stay unreadable', () => {
  it.each([401, 403, 404])('end the deploy with what to do: %i', async (status) => {
    const { sim, green, deploy, calls } = await lane.world();
    const sha = green();
    sim.fault({ where: 'forge.statuses', kind: 'status', status });
    const end = await deploy(sha);
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain('AUTO_SYNC_TOKEN');
    expect(calls()).toHaveLength(0);
  });

  it.each<[string, Fault]>([
    ['a proxy’s page', { where: 'forge.statuses', kind: 'html' }],
    ['half of the JSON', { where: 'forge.statuses', kind: 'truncated-json' }],
    [
      'rows of another shape',
      { where: 'forge.statuses', kind: 'wrong-json', body: [{ id: 'x', context: 7 }] },
    ],
    ['500', { where: 'forge.statuses', kind: 'status', status: 500 }],
  ])('are not green: %s is waited for until the time is over', async (_, fault) => {
    const { sim, green, deploy, calls } = await lane.world();
    const sha = green();
    sim.fault(fault);
    const end = await deploy(sha);
    expect(end).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('not green within 5m') as string,
    });
    expect(calls()).toHaveLength(0);
  });
});
