import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApplicationFailure } from '@temporalio/common';
import { until } from '../support/until.ts';
import { startLockWorld, type LockWorld, type StandIn } from './harness.ts';

let world: LockWorld;
beforeAll(async () => {
  world = await startLockWorld();
});
afterAll(() => world.stop());

describe('A fleet lock that was terminated', () => {
  it('I-29: has queue, pin, freeze, ledger and epoch again with the next message, and grants nobody twice', async () => {
    const fleet = world.fleet();
    const before = await fleet.ask(1, { brief: true });
    await before.result();
    const holder = await fleet.ask(2);
    await fleet.see((view) => view.holder?.epoch === 2);
    const waiter = await fleet.ask(3);
    await fleet.see((view) => view.waiting === 1);
    const pin = { tag: 'staging-7', reason: 'bad migration', actor: 'ann' };
    await fleet.lock.executeUpdate('pin', { args: [pin] });
    await fleet.lock.terminate('by a slip of the hand');
    await fleet.begin();
    const view = await fleet.see(({ starting }) => starting !== true);
    expect(view).toMatchObject({ epoch: 2, waiting: 1, pin, holder: { workflowId: holder.workflowId } });
    expect(view.ledger.map(({ workflowId }) => workflowId)).toEqual([before.workflowId]);
    expect(view.lastKnownGood?.sha).toBe(view.ledger[0]?.sha);
    expect(view.oddities[0]?.what).toContain('took over');
    await holder.signal('finish');
    await holder.result();
    await fleet.see(({ holder: now }) => now === undefined);
    expect(fleet.acts).toHaveLength(2);
    await fleet.lock.executeUpdate('unpin', { args: [{ reason: 'fixed' }] });
    await until(() => fleet.acts.length === 3);
    expect(fleet.acts.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    await waiter.signal('finish');
  });

  it('I-27: is started anew by its holder’s release, which is not lost with it', async () => {
    const fleet = world.fleet();
    const holder = await fleet.ask(1);
    await until(() => fleet.acts.length === 1);
    const waiter = await fleet.ask(2);
    await fleet.see((view) => view.waiting === 1);
    await fleet.lock.terminate();
    await holder.signal('finish');
    await holder.result();
    await fleet.see((view) => view.holder?.workflowId === waiter.workflowId);
    expect((await fleet.view()).ledger[0]).toMatchObject({ outcome: 'deployed', epoch: 1 });
    await until(() => fleet.acts.length === 2);
    expect(fleet.acts.map(({ epoch }) => epoch)).toEqual([1, 2]);
    await waiter.signal('finish');
  });

  it('is noticed by the deploy whose turn is next, which starts it anew', async () => {
    const fleet = world.fleet();
    const holder = await fleet.ask(1);
    await until(() => fleet.acts.length === 1);
    const waiter = await fleet.ask(2);
    await fleet.see((view) => view.waiting === 1);
    await until(async () => ((await waiter.describe()).raw.pendingActivities?.length ?? 0) > 0);
    await fleet.lock.terminate();
    const view = await fleet.see(
      ({ oddities }) => oddities.some(({ what }) => what.includes('took over')),
      30_000,
    );
    expect(view.holder?.workflowId).toBe(holder.workflowId);
    await holder.signal('finish');
    await fleet.see((now) => now.holder?.workflowId === waiter.workflowId);
    await waiter.signal('finish');
  });

  it('before it had begun is passed over: the one before that is read', async () => {
    const fleet = world.fleet();
    const holder = await fleet.ask(1);
    await until(() => fleet.acts.length === 1);
    await fleet.lock.terminate();
    await fleet.begin();
    await fleet.lock.terminate();
    await fleet.begin();
    const view = await fleet.see(({ starting }) => starting !== true);
    expect(view.holder?.workflowId).toBe(holder.workflowId);
    await holder.signal('finish');
  });
});

describe('A deploy that is reset in Temporal', () => {
  it('while it waits keeps its place', async () => {
    const fleet = world.fleet();
    const first = await fleet.ask(1);
    await until(() => fleet.acts.length === 1);
    const [second, third] = [await fleet.ask(2), await fleet.ask(3)];
    await fleet.see((view) => view.waiting === 2);
    await fleet.reset(second);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { queue } = await fleet.view();
    expect(queue.map(({ workflowId }) => workflowId)).toEqual([second.workflowId, third.workflowId]);
    await first.signal('finish');
    await fleet.see((view) => view.holder?.workflowId === second.workflowId);
    await until(() => fleet.acts.length === 2);
    await world.client.workflow.getHandle(second.workflowId).signal('finish');
    await fleet.see((view) => view.holder?.workflowId === third.workflowId);
    await third.signal('finish');
  });

  it('while it holds is granted anew with a higher epoch, and nobody else meanwhile', async () => {
    const fleet = world.fleet();
    const first = await fleet.ask(1);
    await until(() => fleet.acts.length === 1);
    const second = await fleet.ask(2);
    await fleet.see((view) => view.waiting === 1);
    await fleet.reset(first);
    await until(() => fleet.acts.length === 2);
    expect(fleet.acts.map(({ workflowId, epoch }) => [workflowId, epoch])).toEqual([
      [first.workflowId, 1],
      [first.workflowId, 2],
    ]);
    await world.client.workflow.getHandle(first.workflowId).signal('finish');
    await fleet.see((view) => view.holder?.workflowId === second.workflowId);
    expect((await fleet.view()).epoch).toBe(3);
    await second.signal('finish');
  });
});

describe('A lock that cannot read the one before it', () => {
  let forgetful: LockWorld;
  let holder: StandIn | undefined;
  beforeAll(async () => {
    forgetful = await startLockWorld({
      lockActivities: { findFormer: () => Promise.resolve({ epoch: 41, lost: true }) },
    });
  });
  afterAll(() => forgetful.stop());

  it('holds the fleet frozen until a person has looked, and its epochs go on rising', async () => {
    const fleet = forgetful.fleet();
    holder = await fleet.ask(1, { brief: true });
    const view = await fleet.see(({ waiting }) => waiting === 1);
    expect(view.freeze?.reason).toContain('pin again what was pinned');
    await fleet.lock.executeUpdate('unfreeze', { args: [{ reason: 'nothing was pinned' }] });
    expect(await holder.result()).toBe('deployed');
    expect(fleet.acts.map(({ epoch }) => epoch)).toEqual([42]);
  });
});

describe('A lock that finds nobody’s word', () => {
  it('does not begin before it knows: requests and pins wait in order', async () => {
    let answer: (() => void) | undefined;
    const slow = await startLockWorld({
      lockActivities: {
        findFormer: async () => {
          if (answer === undefined) {
            answer = () => undefined;
            throw ApplicationFailure.create({ message: 'not yet', nextRetryDelay: '2s' });
          }
          return { epoch: 0 };
        },
      },
    });
    try {
      const fleet = slow.fleet();
      const deploy = await fleet.ask(1);
      await fleet.see(({ starting }) => starting === true);
      const pinned = fleet.lock.executeUpdate('pin', { args: [{ tag: 'staging-7', reason: 'bad' }] });
      await expect(fleet.lock.executeUpdate('pin', { args: [{ tag: '' }] })).rejects.toThrow();
      expect((await fleet.view()).holder).toBeUndefined();
      await pinned;
      await fleet.see((view) => view.holder?.workflowId === deploy.workflowId);
      expect((await fleet.view()).pin?.tag).toBe('staging-7');
      await deploy.signal('finish');
      await deploy.result();
    } finally {
      await slow.stop();
    }
  });
});
