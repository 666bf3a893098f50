import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockId } from '../../src/workflows/lock-id.ts';
import { lockQuery } from '../../src/workflows/messages.ts';
import { until } from '../support/until.ts';
import { GATES, startLane, type Lane } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

const [FIRST, SECOND] = GATES as [string, string];

/** Resolves when a deploy waits for the fleet. */
async function queued({ environment }: Lane, fleet: string): Promise<void> {
  const lock = environment.client.workflow.getHandle(lockId(fleet));
  await until(async () => (await lock.query(lockQuery)).waiting === 1);
}

describe.concurrent('gates', () => {
  it('I-04: a required success on page 3 of 115 rows in 34 contexts is found, since pages are read to the empty one', async () => {
    const { sim, deploy } = await lane.world();
    const sha = sim.forge.push();
    for (let row = 0; row < 113; row += 1)
      sim.forge.setStatus(sha, `CI / other ${row % 32} (push)`, row % 3 === 0 ? 'pending' : 'success');
    sim.forge.setGreen(sha, GATES);
    const end = await deploy(sha);
    expect(end.outcome).toBe('deployed');
    const reading = sim.journal.calls('forge.statuses', (call) => call.path.includes(sha)).slice(0, 4);
    expect(reading.map((call) => /page=(\d+)/.exec(call.path)?.[1])).toEqual(['1', '2', '3', '4']);
  });

  it('I-04: a required failure on the last page refuses, although page 1 shows an old success', async () => {
    const { sim, deploy, calls } = await lane.world();
    const sha = sim.forge.push();
    sim.forge.setGreen(sha, GATES);
    for (let row = 0; row < 110; row += 1) sim.forge.setStatus(sha, `CI / other ${row} (push)`, 'success');
    sim.forge.setStatus(sha, SECOND, 'failure');
    const end = await deploy(sha);
    expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(SECOND) as string });
    expect(calls()).toHaveLength(0);
  });

  it('I-05: a re-run that failed decides by its higher id, although its time is older than the success', async () => {
    const { sim, deploy, calls } = await lane.world();
    const sha = sim.forge.push();
    sim.forge.setGreen(sha, GATES);
    sim.forge.setStatus(sha, FIRST, 'failure', {
      description: 'Failing after 2m',
      at: Date.now() - 3_600_000,
    });
    const end = await deploy(sha);
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain(`${FIRST} (failure; Failing after 2m)`);
    expect(calls()).toHaveLength(0);
  });

  it('I-05: a re-run that succeeded decides by its higher id, although its time is older than the failure', async () => {
    const { sim, deploy } = await lane.world();
    const sha = sim.forge.push();
    sim.forge.setGreen(sha, [SECOND]);
    sim.forge.setStatus(sha, FIRST, 'failure');
    sim.forge.setStatus(sha, FIRST, 'success', { at: Date.now() - 3_600_000 });
    expect((await deploy(sha)).outcome).toBe('deployed');
  });

  it.each([
    ['skipped', '1.26', 'skipped'],
    ['skipped', '1.22', 'Has been skipped'],
    ['cancelled', '1.26', 'cancelled'],
    ['cancelled', '1.22', 'Has been cancelled'],
  ] as const)(
    'I-06: a required job that was %s is terminal, as Gitea %s posts it',
    async (state, forgeVersion, said) => {
      const { sim, deploy, calls } = await lane.world({ simulator: { forgeVersion } });
      const sha = sim.forge.push();
      sim.forge.setGreen(sha, [SECOND]);
      sim.forge.setStatus(sha, FIRST, state);
      const end = await deploy(sha);
      expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(FIRST) as string });
      expect(end.reason).toContain(said);
      expect(calls()).toHaveLength(0);
    },
  );

  it('refuses a red gate at its first look, with context, description and URL', async () => {
    const { sim, deploy, calls } = await lane.world();
    const sha = sim.forge.push();
    sim.forge.setGreen(sha, [SECOND]);
    const details = { description: 'Failing after 3m', targetUrl: 'https://ci.example/runs/7' };
    sim.forge.setStatus(sha, FIRST, 'error', details);
    const end = await deploy(sha);
    expect(end.outcome).toBe('failed');
    expect(end.reason).toBe(
      `gates: refused by ${FIRST} (error; Failing after 3m; https://ci.example/runs/7)`,
    );
    expect(sim.journal.calls('forge.statuses')).toHaveLength(2); // one page, and the empty one
    expect(calls()).toHaveLength(0);
  });

  it('deploys a red gate that a re-run made green when the step is run again', async () => {
    const { sim, deploy, running } = await lane.world();
    const sha = sim.forge.push();
    sim.forge.setGreen(sha, GATES);
    sim.forge.setStatus(sha, FIRST, 'failure');
    const red = await deploy(sha);
    sim.forge.setStatus(sha, FIRST, 'success');
    const green = await deploy(sha);
    expect([red.outcome, green.outcome]).toEqual(['failed', 'deployed']);
    expect(green.workflowId).toBe(red.workflowId);
    expect(running()).toEqual(new Set([sha]));
  });

  it('refuses a gate that turned red while the deploy waited for the fleet', async () => {
    const world = await lane.world();
    const { sim, green, start, deploy, calls } = world;
    const [older, newer] = [green(), green()];
    const release = sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'hold' });
    const first = deploy(older);
    await sim.journal.until('control-plane', { dryRun: false });
    const second = await start(newer);
    await queued(lane, world.name);
    sim.forge.setStatus(newer, FIRST, 'failure', 'Failing after 1m');
    release();
    expect((await first).outcome).toBe('deployed');
    const touched = calls().length;
    const end = await second.result();
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain(`${FIRST} (failure; Failing after 1m)`);
    expect(calls()).toHaveLength(touched);
  });

  it('waits for what is pending, missing or unknown, and goes on when it is green', async () => {
    const { sim, start } = await lane.world({ fleet: { gates: { poll: '200ms' } } });
    const sha = sim.forge.push();
    sim.forge.setStatus(sha, FIRST, 'neither-nor');
    const handle = await start(sha);
    const looks = (): number => sim.journal.calls('forge.statuses').length;
    await until(() => looks() > 6);
    sim.forge.setStatus(sha, SECOND, 'pending');
    const before = looks();
    await until(() => looks() > before + 4);
    sim.forge.setGreen(sha, GATES);
    expect((await handle.result()).outcome).toBe('deployed');
  });

  it.each(['gitea', 'forgejo', 'github'] as const)('deploys by the statuses of %s', async (kind) => {
    const { green, deploy } = await lane.world({
      fleet: (sim) => ({ forge: { kind, url: kind === 'github' ? sim.forge.githubUrl : sim.forge.url } }),
    });
    expect((await deploy(green())).outcome).toBe('deployed');
  });

  it.each([
    ['success', 'deployed'],
    ['failure', 'failed'],
    ['skipped', 'failed'],
    ['cancelled', 'failed'],
  ] as const)('I-06: a GitHub check run that ended %s: %s', async (conclusion, outcome) => {
    const { sim, deploy, calls } = await lane.world({
      fleet: ({ forge }) => ({ forge: { kind: 'github', url: forge.githubUrl } }),
    });
    const sha = sim.forge.push();
    sim.forge.setStatus(sha, SECOND, 'success');
    sim.forge.setCheckRun(sha, FIRST, 'completed', conclusion);
    expect((await deploy(sha)).outcome).toBe(outcome);
    expect(calls().length > 0).toBe(outcome === 'deployed');
  });
});
