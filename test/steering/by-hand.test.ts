import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/workflows/messages.ts';
import { hold, inPhase, signal } from '../replay/scenario.ts';
import { until } from '../support/until.ts';
import { startLane, type Deploy, type Lane } from '../support/worker.ts';
import { lockOf, statusOf, trailOf, waves } from './support.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

/** A payload as somebody types it into Temporal UI, where nothing checks that it is JSON. */
async function typed(deploy: Deploy, signalName: string, encoding: string, text: string): Promise<void> {
  const { client } = lane.environment;
  await client.workflowService.signalWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: deploy.workflowId },
    signalName,
    requestId: randomUUID(),
    input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(text) }] },
  });
}

/** Types of a history's events that must not be there. */
async function failedTasks(deploy: Deploy): Promise<number> {
  const { events } = await deploy.fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
}

describe.concurrent('Signals typed by hand', () => {
  it('are obeyed as the command is, with an actor or without, and recorded', async () => {
    const world = await lane.world({ fleet: { rollout: { soak: '60s' } } });
    const deploy = await world.start(world.green());
    await inPhase(deploy, 'soak');
    await typed(deploy, 'halt', 'json/plain', '{"reason": "errors go up"}');
    await inPhase(deploy, 'halted');
    expect((await statusOf(deploy)).halted).toMatchObject({ actor: 'somebody', reason: 'errors go up' });
    await signal(deploy, 'resume', { reason: 'false\nalarm\u001b[2J', actor: 'ann', note: 'is ignored' });
    await inPhase(deploy, 'soak');
    await signal(deploy, 'rollback', { reason: 'no, it is not', actor: 'ann' });
    expect((await deploy.result()).outcome).toBe('rolled_back');
    // One line of text each, whatever was typed.
    expect(await trailOf(deploy)).toEqual(
      expect.arrayContaining(['somebody: halt: errors go up', 'ann: resume: false alarm [2J']),
    );
  });

  it('that cannot be understood are recorded, and stop neither the deploy nor its worker', async () => {
    const world = await lane.world();
    const wave = hold(world, 'tenant-003');
    const deploy = await world.start(world.green());
    await wave.arrived();
    for (const name of COMMANDS) await signal(deploy, name, 'this is no object');
    await deploy.signal('halt');
    await signal(deploy, 'halt', { reason: '' });
    await signal(deploy, 'rollback', { reason: ['a', 'list'] });
    await signal(deploy, 'supersede', { reason: 'a newer one', by: 'not a sha; rm -rf /' });
    await signal(deploy, 'abort', { reason: { toString: 'x' }, actor: 7 });
    await signal(deploy, 'resume', { reason: 'not halted', actor: 'ann' });
    await typed(deploy, 'halt', 'json/plain', '{"reason": "never closed');
    await typed(deploy, 'abort', 'binary/encrypted', '\u0000\u0001');
    await signal(deploy, 'halt', 'x'.repeat(1_900_000));
    for (const name of ['grant', 'next', 'in-flight', 'Halt', 'drop table'])
      await deploy.signal(name, { runId: 'nobody', nonce: 7, epoch: -1, wave: 'one' });
    await until(async () => (await trailOf(deploy)).some((line) => line.includes('more of that kind')));
    const { phase, audit, halted } = await statusOf(deploy);
    expect({ phase, halted }).toEqual({ phase: 'waves', halted: undefined });
    const said = audit.map(({ actor, what }) => `${actor}: ${what}`);
    expect(said).toEqual(
      expect.arrayContaining([
        'signal: a `halt` signal that could not be understood (payload: expected keys with values)',
        'signal: a `supersede` signal that could not be understood (by: expected a SHA)',
        'ann: resume was not possible: cannot resume: the deploy is in phase `waves`; possible is halt, rollback, abort, supersede',
      ]),
    );
    // Nothing of what was sent is repeated, and it is little.
    expect(said.join('\n')).not.toMatch(/rm -rf|never closed|xxxx/);
    expect(said.length).toBeLessThan(40);
    wave.release();
    expect((await deploy.result()).outcome).toBe('deployed');
    expect(waves(world)).toHaveLength(3);
    expect(await failedTasks(deploy)).toBe(0);
  });

  it('in a flood leave the audit trail of who did what as it is', async () => {
    const world = await lane.world();
    const canary = hold(world);
    const deploy = await world.start(world.green(), { reason: 'the one that counts', actor: 'ann' });
    await canary.arrived();
    await Promise.all(Array.from({ length: 300 }, () => signal(deploy, 'halt', { no: 'reason' })));
    await signal(deploy, 'halt', { reason: 'now really', actor: 'bob' });
    canary.release();
    await inPhase(deploy, 'halted');
    const trail = await trailOf(deploy);
    expect(trail[0]).toBe('ann: asked for: the one that counts');
    expect(trail).toContain('bob: halt: now really');
    await signal(deploy, 'abort', { reason: 'seen' });
    expect((await deploy.result()).outcome).toBe('halted');
  });

  it('before anybody works on the deploy are heard in the order in which they came', async () => {
    const world = await lane.world();
    const sha = world.green();
    // Its first task comes late, and finds what was said meanwhile.
    const deploy = (await lane.environment.client.workflow.start('deploy', {
      workflowId: `deploy/${world.name}/${sha}`,
      taskQueue: lane.taskQueue,
      args: [{ fleet: world.name, sha, kind: 'auto', actor: 'a test' }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      startDelay: '1s',
    })) as Deploy;
    await signal(deploy, 'resume', { reason: 'it is halted, is it not', actor: 'ann' });
    await deploy.signal('in-flight', { wave: 'one' });
    await signal(deploy, 'halt', { reason: 'now it is', actor: 'bob' });
    await inPhase(deploy, 'halted');
    expect((await trailOf(deploy)).map((line) => line.split(' ', 3).join(' ')).slice(0, 3)).toEqual([
      'ann: resume was',
      'signal: a `in-flight`',
      'bob: halt: now',
    ]);
    await signal(deploy, 'abort', { reason: 'seen' });
    expect((await deploy.result()).outcome).toBe('halted');
    expect(world.calls()).toEqual([]);
  });
});

describe.concurrent('Temporal’s own buttons', () => {
  it('cancel: a call that is out is waited for, the deploy ends halted, and a mixed fleet is frozen', async () => {
    const world = await lane.world();
    const wave = hold(world, 'tenant-003');
    const deploy = await world.start(world.green());
    await wave.arrived();
    await deploy.cancel();
    await until(async () => (await deploy.describe()).raw.workflowExtendedInfo?.cancelRequested === true);
    expect((await deploy.describe()).status.name).toBe('RUNNING');
    wave.release();
    expect(await deploy.result()).toMatchObject({ outcome: 'halted', reason: 'cancelled in Temporal' });
    expect(waves(world)).toHaveLength(2);
    const { freeze, holder } = await lockOf(lane, world);
    expect({ frozen: freeze?.reason, holder }).toEqual({
      frozen: 'cancelled in Temporal',
      holder: undefined,
    });
  });

  it('reset: the run that follows asks the tenants, goes on with a higher epoch, and calls nobody twice', async () => {
    const world = await lane.world({ fleet: { rollout: { soak: '60s' } } });
    const deploy = await world.start(world.green());
    await inPhase(deploy, 'soak');
    const { events } = await deploy.fetchHistory();
    const { client } = lane.environment;
    const begin = (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
    await client.workflowService.resetWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId: deploy.workflowId, runId: deploy.firstExecutionRunId },
      workflowTaskFinishEventId: begin?.eventId ?? null,
      requestId: randomUUID(),
      reason: 'a slip of the hand',
    });
    const now = client.workflow.getHandle(deploy.workflowId) as Deploy;
    await until(() => world.calls().length === 2);
    await inPhase(now, 'soak');
    await signal(now, 'skip-soak', { reason: 'go on' });
    const end = await now.result();
    expect(end).toMatchObject({ outcome: 'deployed', epoch: 2 });
    expect(waves(world).flat().sort()).toEqual([...new Set(waves(world).flat())].sort());
  });
});
