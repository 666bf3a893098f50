import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type TemporalAccess } from '../../src/client/connect.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import type { LedgerEntry } from '../../src/rollout/lock/state.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import { greenlane, start, type CliResult } from '../support/cli.ts';
import { until } from '../support/until.ts';
import { tagOf } from './support.ts';

// Each command is a process of its own: on a busy machine that adds up.
vi.setConfig({ testTimeout: 120_000 });

let stack: Stack;
let access: TemporalAccess;
beforeAll(async () => {
  stack = await startStack({
    server: { headless: true },
    lane: 'steering',
    simulator: { tenants: 5, perTenantMs: 0 },
    fleet: {
      rollout: { canary: 'hongming', batchSize: 2, soak: 0, maxStragglers: 0, postTimeout: '20s' },
      verify: { settle: '2s', interval: '200ms' },
    },
  });
  await stack.startWorker();
  access = await connect(stack.env);
});
// What one test leaves behind is nobody else's.
afterEach(async () => {
  stack.sim.clearFaults();
  stack.sim.forge.setVariable('repo', SWITCH, undefined);
  const lock = access.client.workflow.getHandle(lockId('production'));
  const { workflow } = access.client;
  const open = workflow.list({ query: "WorkflowType = 'deploy' AND ExecutionStatus = 'Running'" });
  for await (const { workflowId } of open)
    await workflow
      .getHandle(workflowId)
      .terminate('left behind')
      .catch(() => undefined);
  for (const name of ['unpin', 'unfreeze']) await lock.signal(name, { reason: 'the next test' });
});
afterAll(async () => {
  await access.close();
  await stack.stop();
});

const SWITCH = 'PROD_AUTO_DEPLOY_DISABLED';
const WAVE = ['tenant-002', 'tenant-003'];

function green(): string {
  const sha = stack.sim.forge.push();
  stack.sim.forge.setGreen(sha, STACK_GATES);
  return sha;
}
const say = (line: string, actor = 'ann', env = {}): Promise<CliResult> =>
  greenlane([...line.split(' '), '--reason', `${actor} says so`], {
    ...stack.env,
    GREENLANE_ACTOR: actor,
    ...env,
  });
const show = (line: string): Promise<CliResult> => greenlane(line.split(' '), stack.env);
const running = () => new Set(Object.values(stack.sim.tenants.fleet.running()));
const calls = () => stack.sim.journal.calls('control-plane', { dryRun: false });

/** A deploy whose first wave is out; `free` lets it go. */
async function underWay(sha: string, ...options: string[]) {
  const free = stack.sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'hold' });
  const from = calls().length;
  const run = start(['deploy', '--sha', sha, ...options], stack.env);
  await stack.sim.journal.until(
    'control-plane',
    ({ seq, slugs, dryRun }) =>
      dryRun !== true && slugs?.includes('tenant-002') === true && seq > (calls()[from - 1]?.seq ?? 0),
    30_000,
  );
  return { run, free };
}

describe('While the kill switch is on', () => {
  it('redeploy takes the tag given, else the one of the environment, else the head; each by the lock and proven', async () => {
    stack.sim.forge.setVariable('repo', SWITCH, 'true');
    const off = { [SWITCH]: 'true' };
    const [one, two] = [green(), green()];
    const head = stack.sim.forge.push();
    for (const [sha, line, env] of [
      [one, `redeploy --to ${tagOf(one)}`, off],
      [two, 'redeploy', { ...off, PROD_MANUAL_REDEPLOY_TARGET_TAG: tagOf(two) }],
      [head, 'redeploy', off],
    ] as const) {
      const { code, stdout } = await say(`${line} --json`, 'ann', env);
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: 'deployed',
        sha,
        tag: tagOf(sha),
        tenants: { total: 5, onTarget: 5 },
      });
      expect(code).toBe(0);
      expect(running()).toEqual(new Set([sha]));
    }
    const ledger = JSON.parse((await show('history --json')).stdout) as LedgerEntry[];
    expect(ledger.map(({ kind, epoch, actor, tag }) => [kind, epoch, actor, tag])).toEqual([
      ['manual', 3, 'ann', tagOf(head)],
      ['manual', 2, 'ann', tagOf(two)],
      ['manual', 1, 'ann', tagOf(one)],
    ]);
  });

  it('rollback --to is a deploy of its own, which pins; a tag that moves is refused before anything is started', async () => {
    stack.sim.forge.setVariable('repo', SWITCH, 'true');
    const [good] = [...running()] as [string];
    await say(`redeploy --to ${tagOf(green())}`);
    // A redeploy moves nobody backward, and says what does.
    expect((await say(`redeploy --to ${tagOf(good)}`)).stdout).toMatch(
      new RegExp(
        `superseded: .* a descendant of .*\nTo take tenants back to it: greenlane rollback --to ${tagOf(good)} `,
      ),
    );
    const { code, stdout } = await say(`rollback --to ${tagOf(good)}`);
    expect(code).toBe(0);
    expect(stdout).toContain('deployed: 5 of 5 tenants answer the release');
    expect(running()).toEqual(new Set([good]));
    expect((await show('status')).stdout).toMatch(`PINNED to ${tagOf(good)} by ann`);
    const before = calls().length;
    for (const line of ['rollback --to latest', 'redeploy --to staging-latest']) {
      const refused = await say(line);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/--to: `(staging-)?latest` names no commit.*\(I-28\)/);
    }
    const fromEnvironment = await say('redeploy', 'ann', { PROD_MANUAL_REDEPLOY_TARGET_TAG: 'latest' });
    expect(fromEnvironment).toMatchObject({ code: 2 });
    expect(fromEnvironment.stderr).toContain('PROD_MANUAL_REDEPLOY_TARGET_TAG: `latest`');
    expect(calls()).toHaveLength(before);
  });
});

describe('A command', () => {
  it('says of a deploy that waits for its gates where it is, and pins to no tag that no deploy ever has', async () => {
    const sha = stack.sim.forge.push();
    expect((await show(`deploy --sha ${sha} --no-wait`)).code).toBe(0);
    const listed = `not in the queue yet: deploy/production/${sha}`;
    await until(async () => (await show('status')).stdout.includes(listed));
    expect((await show(`status --sha ${sha}`)).stdout).not.toContain('0 of 0 tenants');
    const refused = await say('pin --tag latest');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      '--tag: no deploy of production ever has the tag "latest", so all of them would wait; expected one like staging-{sha7}',
    );
    expect((await say(`abort --sha ${sha}`)).code).toBe(0);
  });

  it('is refused by its reason when the deploy cannot do it, and by what it names when there is none', async () => {
    expect(await say('halt')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no deploy holds the fleet production; name one with --sha') as string,
    });
    expect(await say(`halt --sha ${'ab'.repeat(20)}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no deploy of abab') as string,
    });
  });

  it('wins when it is the first of two; the second is told who was, and everything stands in the audit trail', async () => {
    const sha = green();
    const { run, free } = await underWay(sha);
    const halted = await say('halt');
    expect(halted.stdout).toContain(`in flight: wave 1 (${WAVE.join(', ')}) is sent; it is waited for`);
    expect(halted.stdout).toContain('on the release: 1 (hongming)');
    expect(await say('halt', 'bob')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'cannot halt: the deploy is halted by ann (ann says so); possible is resume, rollback, abort',
      ) as string,
    });
    expect((await run.done).code).toBe(3);
    const now = (await show(`status --sha ${sha}`)).stdout;
    expect(now).toContain('HALTED by ann: ann says so');
    expect(now).toContain(`unknown: 2 (${WAVE.join(', ')})`);
    expect(now).toContain('greenlane rollback --reason R');
    expect((await say('rollback', 'bob')).stdout).toContain('rollback taken');
    expect(await say('resume')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'bob said rollback before that (bob says so); possible is nothing until that is done',
      ) as string,
    });
    // Somebody who attaches now sees it through: it is halted no more, but on its way back.
    const attached = start(['deploy', '--sha', sha], stack.env);
    await attached.until(sha);
    free();
    expect((await attached.done).code).toBe(4);

    expect(await say(`halt --sha ${sha}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /is over \(rolled_back: .*\); possible is greenlane retry --sha .*, which waits for the pin until greenlane unpin/,
      ) as string,
    });
    const { stdout } = await show(`status --sha ${sha}`);
    expect(stdout).toMatch(/\dZ ann: halt: ann says so\n[^]*\dZ bob: rollback: bob says so\n/);
    const { events } = await access.client.workflow.getHandle(`deploy/production/${sha}`).fetchHistory();
    const said = (events ?? []).flatMap(
      (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta?.identity ?? [],
    );
    expect(said).toEqual(['ann', 'bob']);
  });

  it('undoes a deploy that is over, as a deploy of its own that can be looked at by its id', async () => {
    const [before] = [...running()] as [string];
    const sha = green();
    expect((await show(`deploy --sha ${sha}`)).code).toBe(0);
    const undone = await say(`rollback --sha ${sha} --json`);
    expect(undone.code).toBe(4);
    const { workflowId } = JSON.parse(undone.stdout) as { workflowId: string };
    expect(running()).toEqual(new Set([before]));
    const { stdout } = await show(`status --sha ${workflowId}`);
    expect(stdout).toContain(
      'you can: a new deploy, which waits for the pin until greenlane unpin --reason R',
    );
    expect(await say(`retry --sha ${workflowId}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('only the deploy of a SHA is tried again') as string,
    });
    expect(stdout).toContain(`rolled_back: 5 touched tenants are back on ${tagOf(before)}: ann says so`);
    expect(JSON.parse(undone.stdout)).toMatchObject({ tenants: { total: 5, onTarget: 0, back: 5 } });
    expect((await show('history')).stdout).toMatch(/rollback +│ rolled_back +│ \S+ +│ 5 back +│ ann/);
  });

  it('retry calls those only that are not on the release', async () => {
    const sha = green();
    stack.sim.fault({ where: 'control-plane', slug: 'tenant-004', kind: 'status', status: 409, times: 1 });
    expect((await show(`deploy --sha ${sha}`)).code).toBe(1);
    const before = calls().length;
    expect((await say(`retry --sha ${sha}`)).code).toBe(0);
    expect(
      calls()
        .slice(before)
        .map(({ slugs }) => slugs),
    ).toEqual([['tenant-004', 'tenant-005']]);
  });
});

describe('A deploy that Temporal ended', () => {
  it('terminated: CI fails, everybody is told by whom, where the tenants are and what to do; the next one goes on', async () => {
    const sha = green();
    const { run, free } = await underWay(sha, '--json');
    await access.client.workflow.getHandle(`deploy/production/${sha}`).terminate('a slip of the hand');
    const { code, stdout } = await run.done;
    free();
    expect(code).toBe(1);
    const told =
      /was ended past itself \(terminated by .+: a slip of the hand\).* 1 of 5 tenants were proven on .*, and of 2 it was not known.*Next: greenlane deploy --sha/;
    const end = JSON.parse(stdout) as { outcome: string; reason: string };
    expect(end.outcome).toBe('failed');
    expect(end.reason).toMatch(told);
    for (const line of [`status --sha ${sha}`, `watch --sha ${sha}`])
      expect((await show(line)).stdout).toMatch(told);
    expect(await say(`halt --sha ${sha}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is over (terminated); possible is a new one') as string,
    });
    expect((await show(`deploy --sha ${sha}`)).code).toBe(0);
    expect(running()).toEqual(new Set([sha]));
  });

  it('cancelled: CI ends with 3, and the fleet is frozen because it is mixed', async () => {
    const sha = green();
    const { run, free } = await underWay(sha);
    await access.client.workflow.getHandle(`deploy/production/${sha}`).cancel();
    free();
    const { code, stdout } = await run.done;
    expect(code).toBe(3);
    expect(stdout).toContain('halted: cancelled in Temporal');
    expect((await show('status')).stdout).toMatch('FROZEN by greenlane: cancelled in Temporal');
  });
});
