import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandUpdate } from '../../src/workflows/messages.ts';
import { inPhase, steer } from '../replay/scenario.ts';
import { startLane, type Deploy, type Lane, type World } from '../support/worker.ts';
import { lockOf, statusOf, trailOf } from './support.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

async function waiting(world: World, sha = world.green()): Promise<Deploy> {
  const deploy = await world.start(sha);
  await inPhase(deploy, 'approval');
  return deploy;
}
const approvalWorld = () => lane.world({ fleet: { approval: { required: true } } });

/** Why an update was refused. */
async function refusalOf(update: Promise<unknown>): Promise<string> {
  return update.then(
    () => 'it was not',
    (error: { cause?: Error }) => error.cause?.message ?? 'unknown',
  );
}

describe.concurrent('The approval', () => {
  it('is given by name and with a reason, and stands in the audit trail', async () => {
    const world = await approvalWorld();
    const deploy = await waiting(world);
    expect((await statusOf(deploy)).next).toEqual(['approve', 'reject', 'halt', 'abort', 'supersede']);
    expect(world.calls()).toHaveLength(0);
    await steer(deploy, 'approve', { actor: 'ann', reason: 'reviewed' });
    const end = await deploy.result();
    expect(end.outcome).toBe('deployed');
    expect(await trailOf(deploy)).toContain('ann: approve: reviewed');
    expect(end.audit).toContainEqual({
      actor: 'ann',
      what: 'approve: reviewed',
      at: expect.any(Number) as number,
    });
  });

  it('is refused by name and with a reason: halted, nobody touched', async () => {
    const world = await approvalWorld();
    const deploy = await waiting(world);
    await steer(deploy, 'reject', { actor: 'bob', reason: 'not today' });
    expect(await deploy.result()).toMatchObject({ outcome: 'halted', reason: 'rejected by bob: not today' });
    expect(world.calls()).toHaveLength(0);
  });

  it('counts for nobody who gives no reason, and only while it is waited for', async () => {
    const world = await approvalWorld();
    const deploy = await waiting(world);
    const say = (message: unknown): Promise<unknown> =>
      deploy.executeUpdate(commandUpdate('approve'), { args: [message] });
    for (const message of [{}, { reason: '  ' }, 'yes', null, ['reason'], { reason: 7 }])
      expect(await refusalOf(say(message))).toMatch(/^approve was not understood: /);
    expect((await statusOf(deploy)).phase).toBe('approval');
    await steer(deploy, 'halt', { actor: 'ann', reason: 'wait' });
    expect(await refusalOf(steer(deploy, 'approve'))).toBe(
      'cannot approve: the deploy is halted by ann (wait); possible is resume, abort',
    );
    await steer(deploy, 'abort');
  });

  it('is the first of two who speak at once; the second is told of the first', async () => {
    const world = await approvalWorld();
    const deploy = await waiting(world);
    const said = await Promise.allSettled([
      steer(deploy, 'approve', { actor: 'ann', reason: 'reviewed' }),
      steer(deploy, 'reject', { actor: 'bob', reason: 'not today' }),
    ]);
    const refused = said.findIndex(({ status }) => status === 'rejected');
    expect(said.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [first, second] = refused === 1 ? ['ann said approve', 'deployed'] : ['bob said reject', 'halted'];
    expect((said[refused] as { reason: { cause: Error } }).reason.cause.message).toContain(first);
    expect((await deploy.result()).outcome).toBe(second);
  });

  it('is asked for before the queue: nobody waits behind a deploy that nobody approved', async () => {
    const world = await approvalWorld();
    const [older, newer] = [world.green(), world.green()];
    const unapproved = await waiting(world, older);
    const second = await waiting(world, newer);
    await steer(second, 'approve');
    expect((await second.result()).outcome).toBe('deployed');
    expect(await lockOf(lane, world)).toMatchObject({ waiting: 0, requests: 1 });
    await steer(unapproved, 'approve');
    expect((await unapproved.result()).outcome).toBe('superseded');
  });

  it('that nobody gives in time ends the deploy, untouched', async () => {
    const world = await lane.world({ fleet: { approval: { required: true, timeout: '1s' } } });
    expect(await world.deploy(world.green())).toMatchObject({
      outcome: 'failed',
      reason: 'nobody approved it within 1s',
    });
    expect(world.calls()).toHaveLength(0);
  });
});
