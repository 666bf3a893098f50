import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { probeLane } from '../../src/client/lane.ts';
import { STACK_GATES } from '../../src/dev/stack.ts';
import type { ServerProcess } from '../../src/dev/server-process.ts';
import { NoWorkerError } from '../../src/errors.ts';
import { greenlane, start } from '../support/cli.ts';
import { startFleets, type Fleets, type OwnFleet } from '../support/fleets.ts';

const LANE = 'e2e';

let fleets: Fleets;
let fleet: OwnFleet;
let worker: ServerProcess | undefined;

beforeAll(async () => {
  fleets = await startFleets(26, {
    server: { headless: true },
    lane: LANE,
    simulator: { tenants: 8, perTenantMs: 50 },
    fleet: {
      rollout: { canary: 'hongming', batchSize: 3, soak: 0, maxStragglers: 1, postTimeout: '20s' },
      verify: { settle: '2s', interval: '200ms' },
    },
  });
});
afterAll(async () => fleets.stop());
// A fleet of its own for each test: what one leaves behind is nobody else's.
beforeEach(async () => {
  fleet = fleets.next();
  if (worker === undefined || worker.hasEnded()) worker = await fleets.stack.startWorker();
});

/** Holds the call that names the tenant until it is let go; `arrived` resolves when it is held. */
function hold(slug: string): { release: () => void; arrived: () => Promise<unknown> } {
  const release = fleet.sim.fault({ where: 'control-plane', slug, kind: 'hold' });
  return {
    release,
    arrived: () =>
      fleet.sim.journal.until(
        'control-plane',
        (call) => call.dryRun !== true && call.slugs?.includes(slug) === true,
        45_000,
      ),
  };
}

/** In the first wave behind the canary. */
const FIRST_WAVE = 'tenant-002';

const touching = () => fleet.sim.journal.calls('control-plane', { dryRun: false });
const running = () => new Set(Object.values(fleet.sim.tenants.fleet.running()));

describe('greenlane deploy', () => {
  it('takes a green SHA to every tenant, canary first, and says so in one object', async () => {
    const sha = fleet.green();
    const { code, stdout, stderr } = await greenlane(['deploy', '--sha', sha, '--json'], fleet.env);
    expect(stderr).toContain(`deploy/${fleet.name}/${sha}`);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      outcome: 'deployed',
      fleet: fleet.name,
      sha,
      tag: `staging-${sha.slice(0, 7)}`,
      workflowId: `deploy/${fleet.name}/${sha}`,
      waves: 4,
      tenants: {
        total: 8,
        onTarget: 8,
        alreadyOnTarget: 0,
        quarantined: [],
        stale: [],
        unreachable: [],
        unhealthy: [],
        missing: [],
      },
    });
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining(['reason', 'runId', 'startedAt', 'finishedAt']),
    );
    expect(running()).toEqual(new Set([sha]));
    expect(touching()[0]?.slugs).toEqual(['hongming']);
  });

  it('returns the outcome of a SHA that was deployed before at once, with when that was', async () => {
    const sha = fleet.green();
    await greenlane(['deploy', '--sha', sha], fleet.env);
    const calls = touching().length;
    const again = await greenlane(['deploy', '--sha', sha], fleet.env);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/already ended deployed at \d{4}-/);
    expect(touching()).toHaveLength(calls);
    const anew = await greenlane(['deploy', '--sha', sha, '--again', '--reason', 'to be sure'], fleet.env);
    expect(anew.stdout).toContain('8 of 8 tenants answer the release');
    expect(touching()).toHaveLength(calls); // all were on the release already
  });

  it('is refused at once by a red gate, naming context, description and URL', async () => {
    const sha = fleet.sim.forge.push();
    fleet.sim.forge.setGreen(sha, STACK_GATES.slice(1));
    fleet.sim.forge.setStatus(sha, STACK_GATES[0] as string, 'failure', {
      description: 'Failing after 3m',
      targetUrl: 'https://ci.example/7',
    });
    const { code, stdout } = await greenlane(['deploy', '--sha', sha], fleet.env);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `refused by ${STACK_GATES[0]} (failure; Failing after 3m; https://ci.example/7)`,
    );
    expect(touching()).toHaveLength(0);
  });

  it('stops at an unhealthy canary and leaves every other tenant alone', async () => {
    const sha = fleet.green();
    fleet.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'unhealthy' });
    const { code, stdout } = await greenlane(['deploy', '--sha', sha], fleet.env);
    expect(code).toBe(1);
    expect(stdout).toContain('canary hongming is unhealthy');
    expect(touching().map((call) => call.slugs)).toEqual([['hongming']]);
  });

  it('ends with 3 when it is halted, and with 0 after a resume, with no call between receipt and resume', async () => {
    const sha = fleet.green();
    const wave = hold(FIRST_WAVE);
    const first = start(['deploy', '--sha', sha], fleet.env);
    await wave.arrived();
    const halt = await greenlane(['halt', '--reason', 'looks slow', '--json'], fleet.env);
    expect(halt.code).toBe(0);
    const answeredAt = Date.now();
    expect(JSON.parse(halt.stdout)).toMatchObject({
      halted: { reason: 'looks slow' },
      next: ['resume', 'rollback', 'abort'],
      inFlight: { wave: 1, stage: 'sending', slugs: ['tenant-002', 'tenant-003', 'tenant-004'] },
    });
    wave.release();
    expect((await first.done).code).toBe(3);
    expect((await greenlane(['deploy', '--sha', sha], fleet.env)).code).toBe(3);
    expect(touching().filter((call) => call.at > answeredAt)).toEqual([]);
    expect((await greenlane(['resume', '--reason', 'false alarm'], fleet.env)).code).toBe(0);
    expect((await greenlane(['deploy', '--sha', sha], fleet.env)).code).toBe(0);
    expect(running()).toEqual(new Set([sha]));
  });

  it('touches nobody when the kill switch is on, at the start or read live', async () => {
    const sha = fleet.green();
    const started = await greenlane(['deploy', '--sha', sha, '--json'], {
      ...fleet.env,
      PROD_AUTO_DEPLOY_DISABLED: 'Yes',
    });
    expect(started.code).toBe(0);
    expect(JSON.parse(started.stdout)).toMatchObject({ outcome: 'disabled' });
    fleet.sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', 'true');
    const live = await greenlane(['deploy', '--sha', sha, '--json'], fleet.env);
    expect(live.code).toBe(0);
    expect(JSON.parse(live.stdout)).toMatchObject({ outcome: 'disabled' });
    expect(touching()).toHaveLength(0);
  });

  it('halts, resumably, when the kill switch is turned on between two waves', async () => {
    const sha = fleet.green();
    const wave = hold(FIRST_WAVE);
    const run = start(['deploy', '--sha', sha], fleet.env);
    await wave.arrived();
    fleet.sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', 'true');
    wave.release();
    const { code, stdout } = await run.done;
    expect(code).toBe(3);
    expect(stdout).toContain('PROD_AUTO_DEPLOY_DISABLED of the repository is on');
    fleet.sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', undefined);
    await greenlane(['resume', '--reason', 'switch is off'], fleet.env);
    expect((await greenlane(['deploy', '--sha', sha], fleet.env)).code).toBe(0);
  });

  it('I-31: goes on where it was when its worker is killed in a wave, and no further than the kill switch (I-09)', async () => {
    const sha = fleet.green();
    const [wave, next] = [hold(FIRST_WAVE), hold('tenant-005')];
    const run = start(['deploy', '--sha', sha], fleet.env);
    await wave.arrived();
    await worker?.kill('SIGKILL');
    wave.release();
    worker = await fleets.stack.startWorker();
    await fleet.sim.journal.until(
      'control-plane',
      (call) => call.dryRun !== true && call.slugs?.includes('tenant-005') === true,
      60_000,
    );
    // The wave had its effect, so its tenants proved it and were not called again.
    const waves = () => touching().map((call) => call.slugs?.[0]);
    expect(waves()).toEqual(['hongming', FIRST_WAVE, 'tenant-005']);
    fleet.sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', 'true');
    next.release();
    const halted = await run.done;
    expect(halted.code).toBe(3);
    expect(halted.stdout).toContain('PROD_AUTO_DEPLOY_DISABLED of the repository is on');
    expect(touching()).toHaveLength(3);
    fleet.sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', undefined);
    await greenlane(['resume', '--reason', 'switch is off'], fleet.env);
    expect((await greenlane(['deploy', '--sha', sha], fleet.env)).code).toBe(0);
    expect(running()).toEqual(new Set([sha]));
    expect(waves()).toEqual(['hongming', FIRST_WAVE, 'tenant-005', 'tenant-008']);
  }, 120_000);

  it('is attached to when the CI step is killed and run again', async () => {
    const sha = fleet.green();
    const wave = hold(FIRST_WAVE);
    const first = start(['deploy', '--sha', sha], fleet.env);
    await wave.arrived();
    first.child.kill('SIGKILL');
    await first.done;
    wave.release();
    const second = await greenlane(['deploy', '--sha', sha, '--json'], fleet.env);
    expect(second.code).toBe(0);
    expect(touching().filter((call) => call.slugs?.includes('hongming'))).toHaveLength(1);
  });

  it('goes on when its command is interrupted, and says so', async () => {
    const sha = fleet.green();
    const wave = hold(FIRST_WAVE);
    const run = start(['deploy', '--sha', sha], fleet.env);
    await wave.arrived();
    run.child.kill('SIGINT');
    const { stdout } = await run.done;
    wave.release();
    expect(stdout).toContain(`the deploy goes on as deploy/${fleet.name}/${sha}`);
    expect((await greenlane(['deploy', '--sha', sha], fleet.env)).code).toBe(0);
  });

  it('never has two SHAs in the fleet together', async () => {
    const [first, second] = [fleet.green(), fleet.green()];
    fleet.sim.settings.perTenantMs = 100;
    const runs = await Promise.all(
      [first, second].map((sha) => greenlane(['deploy', '--sha', sha, '--json'], fleet.env)),
    );
    for (const { code } of runs) expect(code).toBe(0);
    const calls = touching();
    const epochs = calls.map((call) => Number(call.epoch));
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
    for (const [index, call] of calls.entries()) {
      const next = calls[index + 1];
      if (next !== undefined) expect(next.at).toBeGreaterThanOrEqual(call.endAt ?? Infinity);
    }
    expect(running()).toEqual(new Set([second]));
  });

  it('I-21: says within 15 s that no worker polls the lane, also right after the worker was killed', async () => {
    const sha = fleet.green();
    await worker?.kill('SIGKILL');
    const access = await connect(fleet.env);
    const probe = async (): Promise<number> => {
      const began = Date.now();
      await expect(probeLane(access, fleet.name)).rejects.toThrow(NoWorkerError);
      return Date.now() - began;
    };
    // A busy machine may be long in starting a command, so the promise is held against what the command does.
    const [{ code, stderr }, ms] = await Promise.all([
      greenlane(['deploy', '--sha', sha], fleet.env),
      probe().finally(() => access.close()),
    ]);
    expect(code).toBe(6);
    expect(stderr).toMatch(/No worker polls the lane `e2e`\. Start one with `greenlane worker`/);
    expect(ms).toBeLessThan(15_000);
  });
});
