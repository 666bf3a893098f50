import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pointName, type Moment } from '../../src/activities/fault-points.ts';
import { connect, type TemporalAccess } from '../../src/client/connect.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import type { ServerProcess } from '../../src/dev/server-process.ts';
import { statusQuery } from '../../src/workflows/messages.ts';
import type { DeployResult, DeployStatus } from '../../src/workflows/status.ts';
import { greenlane } from '../support/cli.ts';
import { DROPS_THE_FROZEN } from './backbone.ts';
import { brokenTasks, historiesOf } from './histories.ts';
import { pause } from './pause.ts';
import { notReplayed } from './replay.ts';
import { quietRuntime } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const LONG_MS = 120_000;
const SLOW_MS = 60_000;
type AtEnd = (close: () => Promise<void> | void) => void;

interface Scene {
  readonly stack: Stack;
  readonly access: TemporalAccess;
  /** A worker that is frozen at that point by now, and one that took its place. */
  freezeAt(moment: Moment, sha: string): Promise<ServerProcess>;
  green(): string;
  ended(sha: string): Promise<DeployResult>;
}

async function scene(atEnd: AtEnd): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-frozen-'));
  atEnd(() => rmSync(directory, { recursive: true, force: true }));
  const stack = await startStack({
    server: { headless: true, dynamicConfig: DROPS_THE_FROZEN },
    simulator: { tenants: 4, fenceEpochs: true },
    fleet: { rollout: { soak: 0 }, verify: { settle: '3s', interval: '200ms' } },
    env: { GREENLANE_FAULT_POINTS: directory },
  });
  atEnd(async () => stack.stop());
  const access = await connect(stack.env);
  atEnd(async () => access.close());
  return {
    stack,
    access,
    green: () => {
      const sha = stack.sim.forge.push();
      stack.sim.forge.setGreen(sha, STACK_GATES);
      return sha;
    },
    ended: async (sha) => {
      const handle = access.client.workflow.getHandle(`deploy/production/${sha}`);
      return (await handle.result()) as DeployResult;
    },
    freezeAt: async (moment, sha) => {
      const frozen = await stack.startWorker();
      const point = join(directory, pointName(moment, 'rollWave'));
      writeFileSync(point, JSON.stringify({ signal: 'SIGSTOP' }));
      await greenlane(['deploy', '--sha', sha, '--no-wait'], stack.env);
      await until(() => !existsSync(point));
      await stack.startWorker();
      return frozen;
    },
  };
}

const canaryCalls = ({ sim }: Stack) =>
  sim.journal.calls('control-plane', (call) => call.dryRun === false && call.slugs?.[0] === 'hongming');

quietRuntime();

describe('I-30: a worker that wakes late, or takes over', () => {
  it.concurrent(
    'frozen between taking the wave and its first line: it asks Temporal, and sends nothing',
    async ({ onTestFinished }) => {
      const { stack, green, ended, freezeAt } = await scene(onTestFinished);
      const letGo = stack.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'hold' });
      const sha = green();
      const frozen = await freezeAt('before', sha);
      await until(() => canaryCalls(stack).length > 0, SLOW_MS);
      // The call of its successor is out when it wakes: nothing but Temporal knows.
      frozen.signal('SIGCONT');
      await until(() =>
        /"activity":"rollWave".*began after Temporal had given it up/.test(frozen.lastLines(50)),
      );
      letGo();
      expect((await ended(sha)).outcome).toBe('deployed');
      expect(canaryCalls(stack)).toHaveLength(1);
    },
    LONG_MS,
  );

  it.concurrent(
    'frozen between its last look and its call: the call carries its old epoch, and the control plane refuses it',
    async ({ onTestFinished }) => {
      const { stack, green, ended, freezeAt } = await scene(onTestFinished);
      const first = green();
      const frozen = await freezeAt('sending', first);
      expect((await ended(first)).outcome).toBe('deployed');
      const second = green();
      await greenlane(['deploy', '--sha', second, '--no-wait'], stack.env);
      expect((await ended(second)).outcome).toBe('deployed');
      const before = canaryCalls(stack);
      expect(before.map(({ epoch }) => epoch)).toEqual([1, 2]);
      frozen.signal('SIGCONT');
      await until(
        () => canaryCalls(stack).length > before.length && canaryCalls(stack).at(-1)?.status !== undefined,
      );
      expect(canaryCalls(stack).at(-1)).toMatchObject({ epoch: 1, status: 409, effect: false });
      expect(new Set(Object.values(stack.sim.tenants.fleet.running()))).toEqual(new Set([second]));
    },
    LONG_MS,
  );

  it.concurrent(
    'and is asked before it has the deploy in its memory: it answers as soon as it does, and every replay follows',
    async ({ onTestFinished }) => {
      const { stack, access, ended } = await scene(onTestFinished);
      const sha = stack.sim.forge.push();
      const worker = await stack.startWorker();
      await greenlane(['deploy', '--sha', sha, '--no-wait'], stack.env);
      const handle = access.client.workflow.getHandle(`deploy/production/${sha}`);
      const status = (): Promise<DeployStatus> =>
        access.client.withDeadline(Date.now() + LONG_MS, () => handle.query(statusQuery));
      await until(async () => (await status()).phase === 'gates', SLOW_MS);
      await worker.kill('SIGKILL');
      // It waits for a worker. What comes next is for the one that is gone, until Temporal gives that up.
      const answer = status();
      await pause(500);
      await handle.signal('halt', { reason: 'a test', actor: 'an operator' });
      await stack.startWorker();
      expect((await answer).phase).toBe('halted');
      await handle.signal('resume', { reason: 'a test', actor: 'an operator' });
      stack.sim.forge.setGreen(sha, STACK_GATES);
      expect((await ended(sha)).outcome).toBe('deployed');
      const histories = await historiesOf(access.client, [handle.workflowId]);
      expect(await notReplayed([histories])).toEqual([]);
      expect(brokenTasks(histories)).toEqual([]);
    },
    LONG_MS,
  );
});
