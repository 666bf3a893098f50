import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { startLockWorld, type AskOptions, type LockFleet, type LockWorld, type StandIn } from './harness.ts';

let world: LockWorld;
beforeAll(async () => {
  world = await startLockWorld();
});
afterAll(() => world.stop());

/** Deploys 1 to `count`: the first holds the fleet, the others wait in order. */
async function line(fleet: LockFleet, count: number): Promise<StandIn[]> {
  const deploys: StandIn[] = [];
  for (let n = 1; n <= count; n += 1) {
    deploys.push(await fleet.ask(n));
    if (n === 1) await fleet.see((view) => view.holder !== undefined);
  }
  await fleet.see((view) => view.holder !== undefined && view.waiting === count - 1);
  return deploys;
}

/** Waits until so many deploys have acted. */
async function acted(fleet: LockFleet, count: number): Promise<number[]> {
  await until(() => fleet.acts.length >= count);
  return fleet.acts.map(({ epoch }) => epoch);
}

describe('The fleet lock', () => {
  it('takes every request that comes while it looks for a lock before it (several at once to a new lock)', async () => {
    const fleet = world.fleet();
    const deploys = await Promise.all([5, 3, 4, 1, 2].map((n) => fleet.ask(n, { brief: true })));
    await Promise.all(deploys.map((deploy) => deploy.result()));
    expect(await acted(fleet, 5)).toEqual([1, 2, 3, 4, 5]);
    const { requests, grants, ledger } = await fleet.view();
    expect({ requests, grants, ended: ledger.length }).toEqual({ requests: 5, grants: 5, ended: 5 });
  });

  it('hands over in order, each grant with the next epoch, and writes its ledger', async () => {
    const fleet = world.fleet();
    const deploys = await line(fleet, 3);
    for (const deploy of deploys) {
      await fleet.see((view) => view.holder?.workflowId === deploy.workflowId);
      await deploy.signal('finish');
      expect(await deploy.result()).toBe('deployed');
    }
    expect(await acted(fleet, 3)).toEqual([1, 2, 3]);
    expect(fleet.acts.map(({ workflowId }) => workflowId)).toEqual(deploys.map((one) => one.workflowId));
    const view = await fleet.see(({ holder }) => holder === undefined);
    expect(view.ledger.map(({ epoch, outcome }) => [epoch, outcome])).toEqual([
      [3, 'deployed'],
      [2, 'deployed'],
      [1, 'deployed'],
    ]);
  });

  it('I-29: outlives a waiter that was terminated, and drops it without harm', async () => {
    const fleet = world.fleet();
    const [first, second, third] = (await line(fleet, 3)) as [StandIn, StandIn, StandIn];
    await second.terminate();
    await first.signal('finish');
    await fleet.see((view) => view.holder?.workflowId === third.workflowId);
    expect((await acted(fleet, 2)).length).toBe(2);
    await third.signal('finish');
  });

  it('I-29: outlives the waiter that was called up and is terminated in the moment of its grant', async () => {
    const fleet = world.fleet();
    const [first, second, third] = (await line(fleet, 3)) as [StandIn, StandIn, StandIn];
    await Promise.all([first.signal('finish'), second.terminate()]);
    await fleet.see((view) => view.holder?.workflowId === third.workflowId);
    await third.signal('finish');
    await third.result();
    expect(fleet.acts.map(({ workflowId }) => workflowId)).not.toContain(second.workflowId);
  });

  it('I-30: takes the fleet back from a holder that Temporal says has ended, however it did, and from no other', async () => {
    const ends: readonly [string, (deploy: StandIn) => Promise<unknown>, AskOptions?][] = [
      ['terminated', (deploy) => deploy.terminate()],
      ['cancelled', (deploy) => deploy.cancel()],
      ['failed', (deploy) => deploy.signal('fail')],
      ['timed_out', () => Promise.resolve(), { endsAfter: '5s' }],
    ];
    await Promise.all(
      ends.map(async ([how, end, options]) => {
        const fleet = world.fleet();
        const first = await fleet.ask(1, options);
        await acted(fleet, 1);
        const second = await fleet.ask(2);
        await fleet.see((view) => view.waiting === 1 || view.grants === 2);
        await end(first);
        const { ledger, grants } = await fleet.see((view) => view.holder?.workflowId === second.workflowId);
        expect(await acted(fleet, 2)).toEqual([1, 2]);
        expect(grants).toBe(2);
        expect(ledger).toEqual([
          expect.objectContaining({
            ...{ workflowId: first.workflowId, epoch: 1, outcome: 'failed', actor: 'a test' },
            reason: `ended without giving the fleet back (${how})`,
          }),
        ]);
        expect((await first.describe()).status.name).toBe(how.toUpperCase());
        await second.signal('finish');
        await second.result();
        expect(fleet.acts).toHaveLength(2);
      }),
    );
  });

  it('keeps the fleet for a holder that continued as new, and takes its release', async () => {
    const fleet = world.fleet();
    const [first, second] = (await line(fleet, 2)) as [StandIn, StandIn];
    await acted(fleet, 1);
    await first.signal('go-on');
    await until(async () => (await first.describe()).runId !== first.firstExecutionRunId);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect((await fleet.view()).holder).toMatchObject({ workflowId: first.workflowId, epoch: 1 });
    await first.signal('finish');
    await fleet.see((view) => view.holder?.workflowId === second.workflowId);
    expect((await fleet.view()).ledger[0]).toMatchObject({ epoch: 1, outcome: 'deployed' });
    await second.signal('finish');
  });

  it('knows a new attempt of the same id from the holder that was terminated before it', async () => {
    const fleet = world.fleet();
    const first = await fleet.ask(1);
    await acted(fleet, 1);
    await first.terminate();
    const again = await fleet.ask(1);
    await fleet.see((view) => view.holder?.runId === again.firstExecutionRunId);
    expect(await acted(fleet, 2)).toEqual([1, 2]);
    await again.signal('finish');
  });

  it('gives an urgent deploy and a rollback the head of the queue, first come first served among them', async () => {
    const fleet = world.fleet();
    const [holder] = (await line(fleet, 2)) as [StandIn];
    await fleet.ask(4, { urgent: true, brief: true });
    await fleet.ask(3, { kind: 'rollback', brief: true });
    const { queue } = await fleet.see((view) => view.waiting === 3);
    expect(queue.map(({ readyAt }) => readyAt)).toEqual([3, 4, 2]);
    await holder.signal('finish');
    await until(() => fleet.acts.length === 4);
    expect(fleet.acts.map(({ workflowId }) => Number.parseInt(workflowId.slice(-1), 16))).toEqual([
      1, 3, 4, 2,
    ]);
  });

  it('goes on where it was when its worker is restarted, while one holds and others wait', async () => {
    const fleet = world.fleet();
    const deploys = await line(fleet, 3);
    await world.restart();
    for (const deploy of deploys) {
      await deploy.signal('finish');
      await deploy.result();
    }
    expect(await acted(fleet, 3)).toEqual([1, 2, 3]);
  });

  it('records nonsense and is not harmed by it, also by what is no JSON at all', async () => {
    const fleet = world.fleet();
    const [first] = (await line(fleet, 1)) as [StandIn];
    const text = new TextEncoder();
    const signal = (signalName: string, encoding: string, data: string) =>
      fleet.client.workflowService.signalWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: fleet.lockId },
        signalName,
        input: { payloads: [{ metadata: { encoding: text.encode(encoding) }, data: text.encode(data) }] },
      });
    const names = ['request', 'withdraw', 'release', 'turned-back', 'pin', 'unpin', 'freeze', 'unfreeze'];
    for (const name of names) {
      await fleet.lock.signal(name, { nonsense: true });
      await fleet.lock.signal(name, null);
      await fleet.lock.signal(name);
    }
    await signal('release', 'json/plain', '{ not json');
    await signal('request', 'binary/encrypted', 'zzz');
    await fleet.lock.signal('no such signal', 1);
    const view = await fleet.see(({ oddities }) =>
      oddities.some(({ what }) => what === 'an unknown signal `no such signal`'),
    );
    expect(view.holder?.workflowId).toBe(first.workflowId);
    expect(view.pin ?? view.freeze).toBeUndefined();
    expect(view.oddities[1]?.what).toMatch(/^a `request` signal that could not be understood/);
    await first.signal('finish');
    expect(await first.result()).toBe('deployed');
  });

  it('goes on when somebody asks Temporal to cancel it, and says so', async () => {
    const fleet = world.fleet();
    const [first, second] = (await line(fleet, 2)) as [StandIn, StandIn];
    await fleet.lock.cancel();
    await fleet.see(({ oddities }) => oddities.some(({ what }) => what.includes('it goes on')));
    await first.signal('finish');
    await fleet.see((view) => view.holder?.workflowId === second.workflowId);
    await fleet.lock.executeUpdate('pin', { args: [{ tag: 'staging-1', reason: 'also after that' }] });
    await second.signal('finish');
    await second.result();
    expect(await acted(fleet, 2)).toEqual([1, 2]);
  });

  it('gives the place of a halted waiter up, and gives it its old one when it is resumed', async () => {
    const fleet = world.fleet();
    const [first, second, third] = (await line(fleet, 3)) as [StandIn, StandIn, StandIn];
    await second.executeUpdate('halt', { args: [{ reason: 'wait' }] });
    await fleet.see((view) => view.waiting === 1);
    await first.signal('finish');
    await fleet.see((view) => view.holder?.workflowId === third.workflowId);
    await fleet.ask(4);
    await fleet.see((view) => view.waiting === 1);
    await second.executeUpdate('resume', { args: [{ reason: 'go' }] });
    const { queue } = await fleet.see((view) => view.waiting === 2);
    expect(queue[0]?.workflowId).toBe(second.workflowId);
    await third.signal('finish');
    await fleet.see((view) => view.holder?.workflowId === second.workflowId);
    await second.signal('finish');
  });

  it('is given back a grant that reaches a deploy in the moment it is halted', async () => {
    const fleet = world.fleet();
    const [first, second, third] = (await line(fleet, 3)) as [StandIn, StandIn, StandIn];
    await Promise.all([first.signal('finish'), second.executeUpdate('halt', { args: [{ reason: 'wait' }] })]);
    // Whoever came first: either the second has it and is halted there, or it left and the third has it.
    await fleet.see(
      (view) => view.holder?.workflowId === third.workflowId || view.holder?.workflowId === second.workflowId,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const acts = fleet.acts.map(({ workflowId }) => workflowId);
    expect(acts.at(-1)).toBe((await fleet.view()).holder?.workflowId);
    await second.signal('abort', { reason: 'enough' });
    await second.signal('finish');
    await third.signal('finish');
    expect(await third.result()).toBe('deployed');
  });

  it('is given back a grant that nobody waits for: an old request that arrives late', async () => {
    const fleet = world.fleet();
    const [first] = (await line(fleet, 1)) as [StandIn];
    const { holder } = await fleet.view();
    await first.executeUpdate('halt', { args: [{ reason: 'stay open' }] });
    // The first release frees the fleet; its own request comes once more while its workflow is still open.
    await fleet.lock.signal('release', {
      workflowId: first.workflowId,
      runId: first.firstExecutionRunId,
      outcome: 'deployed',
      reason: 'typed by hand',
    });
    await fleet.see((view) => view.holder === undefined);
    expect(holder?.epoch).toBe(1);
    const second = await fleet.ask(2);
    await fleet.see((view) => view.holder?.workflowId === second.workflowId);
    await second.signal('finish');
    await second.result();
  });

  it('is told by a waiter that was reset and ends before it asks anew that nobody waits any more', async () => {
    const fleet = world.fleet();
    const [first, second] = (await line(fleet, 2)) as [StandIn, StandIn];
    await world.restart(async () => {
      await fleet.reset(second);
      await second.signal('abort', { reason: 'a test' });
    });
    expect(await fleet.client.workflow.getHandle(second.workflowId).result()).toBe('halted');
    await fleet.see(({ holder, waiting }) => holder?.workflowId === first.workflowId && waiting === 0);
    await first.signal('finish');
    expect(await first.result()).toBe('deployed');
  });

  it('refuses the second of two people who pin at once, and tells it of the first', async () => {
    const fleet = world.fleet();
    await fleet.begin();
    const pin = (tag: string, actor: string) =>
      fleet.lock.executeUpdate('pin', { args: [{ tag, actor, reason: `${actor} says so` }] });
    const [a, b] = await Promise.allSettled([pin('staging-1', 'ann'), pin('staging-2', 'bob')]);
    const refused = [a, b].find((one) => one.status === 'rejected');
    expect([a, b].filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(String((refused?.reason as Error | undefined)?.cause)).toMatch(
      /pinned to staging-\d by (ann|bob) \((ann|bob) says so\); unpin it first/,
    );
  });

  it('lets an auto deploy wait for the end of a freeze, and grants without being asked again', async () => {
    const fleet = world.fleet();
    await fleet.begin();
    const until = Date.now() + 4_000;
    await fleet.lock.executeUpdate('freeze', { args: [{ reason: 'sale', actor: 'ann', until }] });
    const deploy = await fleet.ask(1, { brief: true });
    const { queue } = await fleet.see((view) => view.waiting === 1);
    expect(queue[0]?.why).toBe(`frozen by ann: sale, until ${new Date(until).toISOString()}`);
    const manual = await fleet.ask(2, { kind: 'manual', brief: true });
    expect(await manual.result()).toBe('deployed');
    expect(await deploy.result()).toBe('deployed');
    expect(Date.now()).toBeGreaterThanOrEqual(until);
  });
});
