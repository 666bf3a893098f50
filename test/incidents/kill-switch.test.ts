import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandUpdate, statusQuery } from '../../src/workflows/messages.ts';
import { until } from '../support/until.ts';
import { startLane, type Deploy, type Lane, type World } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

const SWITCH = 'PROD_AUTO_DEPLOY_DISABLED';

async function halted(handle: Deploy): Promise<void> {
  await until(async () => (await handle.query(statusQuery)).phase === 'halted');
}

function holdWave({ sim }: World, slug = 'tenant-002'): { release: () => void; arrived: Promise<unknown> } {
  const release = sim.fault({ where: 'control-plane', slug, kind: 'hold' });
  const names = (call: { slugs?: readonly string[] }): boolean => call.slugs?.includes(slug) === true;
  return { release, arrived: sim.journal.until('control-plane', names, 45_000) };
}

describe.concurrent('the kill switch before the first call', () => {
  it('I-07: on as start value: disabled, no tenant touched', async () => {
    const world = await lane.world();
    const end = await world.deploy(world.green(), { disabled: true });
    expect(end).toMatchObject({ outcome: 'disabled', reason: expect.stringContaining(SWITCH) as string });
    expect(world.calls()).toHaveLength(0);
  });

  it.each(['1', 'true', 'YES', ' on ', 'Disabled', 'disable'])(
    'I-07: %o as the repository’s variable: disabled, no tenant touched',
    async (value) => {
      const world = await lane.world();
      world.sim.forge.setVariable('repo', SWITCH, value);
      const end = await world.deploy(world.green());
      expect(end).toMatchObject({
        outcome: 'disabled',
        reason: expect.stringContaining('repository') as string,
      });
      expect(world.calls()).toHaveLength(0);
    },
  );

  it('I-07: neither on nor off: somebody typed in a hurry, so it counts as on', async () => {
    const world = await lane.world();
    world.sim.forge.setVariable('repo', SWITCH, 'ture');
    expect((await world.deploy(world.green())).outcome).toBe('disabled');
    expect(world.calls()).toHaveLength(0);
  });

  it('I-07: on as the organisation’s variable: disabled, no tenant touched', async () => {
    const world = await lane.world();
    world.sim.forge.setVariable('org', SWITCH, 'true');
    const end = await world.deploy(world.green());
    expect(end).toMatchObject({
      outcome: 'disabled',
      reason: expect.stringContaining('organisation') as string,
    });
    expect(world.calls()).toHaveLength(0);
  });

  it('I-07: off in the repository counts before on in the organisation, as it does for jobs', async () => {
    const world = await lane.world();
    world.sim.forge.setVariable('org', SWITCH, 'true');
    world.sim.forge.setVariable('repo', SWITCH, 'false');
    expect((await world.deploy(world.green())).outcome).toBe('deployed');
  });

  it('I-07: 403 leaves the start value alone, with a warning', async () => {
    const world = await lane.world();
    world.sim.forge.setVariable('repo', SWITCH, 'true');
    world.sim.fault({ where: 'forge.variable', kind: 'status', status: 403 });
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('deployed');
    expect(end.warnings.join()).toMatch(/cannot be read live.*403.*start value alone counts/);
    const off = await world.deploy(world.green(), { disabled: true });
    expect(off.outcome).toBe('disabled');
  });

  it('I-07: no control token means the start value alone, said in the deploy, and no other token stands in', async () => {
    const world = await lane.world({ env: { PROD_AUTO_DEPLOY_CONTROL_TOKEN: undefined } });
    world.sim.forge.setVariable('repo', SWITCH, 'true');
    const end = await world.deploy(world.green());
    expect(end.outcome).toBe('deployed');
    expect(end.warnings.join()).toContain('PROD_AUTO_DEPLOY_CONTROL_TOKEN is not set');
    expect(world.sim.journal.calls('forge.variable')).toHaveLength(0);
  });

  it('I-07: each token does its own job only', async () => {
    const world = await lane.world();
    await world.deploy(world.green());
    const refused = world.sim.journal.filter((call) => !call.authorizationOk);
    expect(refused).toEqual([]);
    const keyless = world.sim.journal.calls('tenant', { authorizationSent: true });
    expect(keyless).toEqual([]);
  });

  it.each([
    ['401', { kind: 'status', status: 401 }],
    ['500', { kind: 'status', status: 500 }],
    ['503', { kind: 'status', status: 503 }],
    ['no answer', { kind: 'hang' }],
    ['a dropped connection', { kind: 'drop-before' }],
    ['a page of HTML', { kind: 'html' }],
    ['half an answer', { kind: 'truncated-json' }],
    ['another answer', { kind: 'wrong-json', body: { data: 7 } }],
  ] as const)('I-07: %s is not "not set": asked again, and obeyed when it says on', async (_, fault) => {
    const world = await lane.world();
    world.sim.forge.setVariable('repo', SWITCH, 'true');
    world.sim.fault({ where: 'forge.variable', times: 1, ...fault });
    expect((await world.deploy(world.green())).outcome).toBe('disabled');
    expect(world.calls()).toHaveLength(0);
  });

  it('I-07: turned on while it could not be read right before the canary: disabled, not halted', async () => {
    const world = await lane.world();
    // The check before the first call reads repository and organisation; then it fails twice.
    world.sim.fault({ where: 'forge.variable', kind: 'status', status: 500, after: 2, times: 2 });
    const end = world.deploy(world.green());
    await world.sim.journal.until('forge.variable', { fault: 'status' }, 45_000);
    world.sim.forge.setVariable('repo', SWITCH, 'true');
    expect((await end).outcome).toBe('disabled');
    expect(world.calls()).toHaveLength(0);
  });
});

describe.concurrent('the kill switch during a rollout', () => {
  it('I-09: no call goes out after it is readable as on; the deploy is halted and goes on after a resume', async () => {
    const world = await lane.world();
    const wave = holdWave(world);
    const sha = world.green();
    const handle = await world.start(sha);
    await wave.arrived;
    world.sim.forge.setVariable('repo', SWITCH, 'true');
    wave.release();
    await halted(handle);
    expect(world.calls().map((call) => call.slugs?.length)).toEqual([1, 3]);
    world.sim.forge.setVariable('repo', SWITCH, undefined);
    await handle.executeUpdate(commandUpdate('resume'), { args: [{ reason: 'over', actor: 'op' }] });
    const end = await handle.result();
    expect(end.outcome).toBe('deployed');
    expect(world.running()).toEqual(new Set([sha]));
    expect(world.calls().map((call) => call.slugs?.length)).toEqual([1, 3, 3]);
  });

  it('I-09: a resume while it is still on halts again, without a call', async () => {
    const world = await lane.world();
    const wave = holdWave(world);
    const handle = await world.start(world.green());
    await wave.arrived;
    world.sim.forge.setVariable('org', SWITCH, 'on');
    wave.release();
    await halted(handle);
    const before = world.calls().length;
    await handle.executeUpdate(commandUpdate('resume'), { args: [{ reason: 'try', actor: 'op' }] });
    await until(async () => (await handle.query(statusQuery)).halted?.actor === 'kill switch');
    await halted(handle);
    expect(world.calls()).toHaveLength(before);
    await handle.executeUpdate(commandUpdate('abort'), { args: [{ reason: 'enough', actor: 'op' }] });
    expect((await handle.result()).outcome).toBe('halted');
    expect(world.calls()).toHaveLength(before);
  });

  it('I-09: turned on while the canary’s answer was lost: halted, since the canary may be touched', async () => {
    const world = await lane.world();
    world.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'status', status: 502 });
    const handle = await world.start(world.green());
    await world.sim.journal.until('control-plane', { status: 502 }, 45_000);
    world.sim.forge.setVariable('repo', SWITCH, 'true');
    await halted(handle);
    const before = world.calls().length;
    await handle.executeUpdate(commandUpdate('abort'), { args: [{ reason: 'enough', actor: 'op' }] });
    expect((await handle.result()).outcome).toBe('halted');
    expect(world.calls()).toHaveLength(before);
  });

  it('I-09: is read anew before every call, in the same activity and after everything else', async () => {
    const world = await lane.world({ fleet: { supersede: 'head' } });
    await world.deploy(world.green());
    const places = world.sim.journal
      .filter((call) => call.where !== 'tenant' && call.where !== 'forge.post-status')
      .map((call) => (call.dryRun === true ? 'enumeration' : call.where));
    const calls = places.flatMap((where, index) => (where === 'control-plane' ? [index] : []));
    expect(calls).toHaveLength(3);
    // The repository's variable, then the organisation's, then the call.
    for (const at of calls) expect(places.slice(at - 2, at)).toEqual(['forge.variable', 'forge.variable']);
  });

  it('stops neither a rollback nor a manual deploy', async () => {
    const world = await lane.world();
    const [older, newer] = [world.green(), world.green()];
    world.sim.forge.setVariable('repo', SWITCH, 'true');
    const manual = await world.deploy(newer, { kind: 'manual', reason: 'by hand' });
    const back = await world.deploy(undefined, {
      kind: 'rollback',
      tag: `staging-${older.slice(0, 7)}`,
      reason: 'bad',
    });
    expect([manual.outcome, back.outcome]).toEqual(['deployed', 'deployed']);
    expect(world.running()).toEqual(new Set([older]));
  });
});
