import { forCiLog } from '../../src/safety/neutralise.ts';
import { ApplicationFailure } from '@temporalio/common';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HonestFailures } from '../../src/activities/interceptor.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { Secrets } from '../../src/safety/secrets.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import { lockQuery, statusQuery } from '../../src/workflows/messages.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import { exportedOf } from '../support/exported.ts';
import { until } from '../support/until.ts';
import { GATES, startLane, type Lane } from '../support/worker.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(async () => {
  await lane.stop();
});

const PLANT = 'planted-7f3a-secret-of-an-upstream';
const TOKENS = {
  controlPlaneToken: 'token-of-the-control-plane-2b6e',
  forgeToken: 'token-of-the-forge-9d41',
  controlToken: 'token-of-the-variables-c07a',
};

describe.concurrent('what comes from outside', () => {
  it.each(['deployed', 'failed', 'doubt'] as const)(
    'I-23: leaks into no history, log or commit status: %s',
    async (ending) => {
      const world = await lane.world({
        simulator: { plant: PLANT, ...TOKENS },
        fleet: () => ({
          verify: { settle: '500ms', interval: '100ms', timeout: '1s' },
          rollout: { maxStragglers: 1 },
        }),
      });
      const { sim } = world;
      const sha = world.green();
      sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'unhealthy' });
      sim.fault({ where: 'control-plane', slug: 'tenant-003', kind: 'slow', ms: 10 });
      if (ending === 'failed')
        sim.fault({ where: 'control-plane', slug: 'tenant-005', kind: 'reject', error: PLANT });
      if (ending === 'doubt') {
        const body = `<html>${PLANT} Authorization: Bearer ${TOKENS.controlPlaneToken}</html>`;
        sim.fault({ where: 'control-plane', kind: 'status', status: 500, body, dryRun: false });
        sim.fault({ where: 'forge.variable', kind: 'status', status: 500, body, times: 2 });
        sim.fault({ where: 'forge.statuses', kind: 'status', status: 500, body, times: 1 });
      }
      const handle = await world.start(sha);
      const end: DeployResult = await handle.result();
      expect(end.outcome).toBe(ending === 'deployed' ? 'deployed' : 'failed');
      const outputs = [
        await exportedOf(lane.environment.client, handle.workflowId),
        await exportedOf(lane.environment.client, lockId(world.name)),
        JSON.stringify(await handle.query(statusQuery)),
        JSON.stringify(
          sim.forge.statusesPosted(sha).map(({ description, targetUrl }) => [description, targetUrl]),
        ),
        lane.log.join('\n'),
      ];
      for (const output of outputs)
        for (const secret of [PLANT, ...Object.values(TOKENS)]) expect(output).not.toContain(secret);
      expect(outputs[0]).toContain('rollWave');
    },
  );

  it('I-23: commands neither CI, markdown nor a terminal by what a gate is called and says', async () => {
    const evil = '\u001b[31m::error::owned\n::add-mask::x\u009b2J';
    const required = `CI / <img src=x> \u202e${evil} (push)`;
    const world = await lane.world({ fleet: { gates: { required: [...GATES, required] } } });
    const sha = world.sim.forge.push();
    world.sim.forge.setGreen(sha, GATES);
    world.sim.forge.setStatus(sha, required, 'failure', { description: evil, targetUrl: evil });
    const handle = await world.start(sha);
    const end = await handle.result();
    expect(end.outcome).toBe('failed');
    expect(end.reason).toContain('owned');
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('owned');
    expect(currentDetails).not.toMatch(/(?<!\\)<img/);
    const posted = world.sim.forge.statusesPosted(sha).map(({ description }) => description);
    for (const text of [end.reason, currentDetails.replaceAll('\n', ' '), ...posted])
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(forCiLog(end.reason)).not.toMatch(/::|##\[/);
  });
});

describe('a failure on its way into a history', () => {
  const log: string[] = [];
  const secrets = new Secrets(Object.values(TOKENS));
  const door = new HonestFailures(secrets, pino({}, { write: (line: string) => void log.push(line) }));
  const said = `${PLANT} from an upstream`;
  const known = `401 for ${TOKENS.forgeToken}`;
  const own = { type: 'greenlane.Doubt', details: [{ url: `https://x.example/${TOKENS.controlToken}` }] };
  it.each<[string, unknown]>([
    ['somebody else’s error', new Error(`${said}: ${known}`, { cause: new Error(known) })],
    ['what is no error', `${said}: ${known}`],
    ['one of our own', ApplicationFailure.create({ message: known, ...own })],
    ['a configuration error', new ConfigurationError({ source: 'file' }, known)],
    ['another kind of failure', ApplicationFailure.create({ message: `${said}: ${known}`, type: 'Other' })],
  ])('I-23: holds no raw text and no secret: %s', async (_, error) => {
    const thrown = door.execute({} as never, () => Promise.reject(error));
    const failure = await thrown.then(
      () => undefined,
      (one: ApplicationFailure) => one,
    );
    const kept = JSON.stringify([
      failure?.message,
      failure?.type,
      failure?.details,
      failure?.stack,
      failure?.cause,
    ]);
    for (const secret of [PLANT, ...Object.values(TOKENS)]) expect(kept).not.toContain(secret);
    for (const token of Object.values(TOKENS)) expect(log.join()).not.toContain(token);
    expect(failure).toBeInstanceOf(ApplicationFailure);
  });
});

describe('the lane', () => {
  it('I-22: gives the fleet to an urgent deploy before those that waited longer', async () => {
    const world = await lane.world({ fleet: { supersede: 'never' } });
    const [holder, ordinary, urgent] = [world.green(), world.green(), world.green()];
    const release = world.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'hold' });
    const first = world.deploy(holder);
    await world.sim.journal.until('control-plane', { dryRun: false }, 45_000);
    const waiting = async (count: number): Promise<void> => {
      const lock = lane.environment.client.workflow.getHandle(lockId(world.name));
      await until(async () => (await lock.query(lockQuery)).waiting === count);
    };
    const second = await world.start(ordinary);
    await waiting(1);
    const third = await world.start(urgent, { urgent: true, reason: 'the shop is down' });
    await waiting(2);
    release();
    const [, late, soon] = await Promise.all([first, second.result(), third.result()]);
    expect([soon.outcome, soon.epoch]).toEqual(['deployed', 2]);
    // The ordinary one is older than what runs by now: it must not take the fleet backward (I-01).
    expect(late.outcome).toBe('superseded');
  });
});
