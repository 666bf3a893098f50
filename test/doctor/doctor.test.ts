import { readFileSync, writeFileSync } from 'node:fs';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { CommandContext } from '../../src/commands/context.ts';
import { run } from '../../src/commands/doctor.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import type { Diagnosis } from '../../src/doctor/index.ts';
import type { Fault } from '../../src/simulator/faults/schema.ts';
import { greenlane } from '../support/cli.ts';

const PLANT = 'tk-planted-secret-in-every-body';

let stack: Stack;
let plain: string;

beforeAll(async () => {
  stack = await startStack({ simulator: { tenants: 30, plant: PLANT }, server: { headless: true } });
  plain = readFileSync(stack.configFile, 'utf8');
  await stack.startWorker();
});
afterAll(async () => stack.stop());
beforeEach(() => {
  stack.sim.clearFaults();
  stack.sim.settings.clockSkewMs = 0;
  stack.sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', undefined);
  stack.sim.forge.setGreen(stack.sim.forge.push(), STACK_GATES);
  configure({});
});

/** The stack's fleet with some keys in another way. */
function configure(over: Record<string, unknown>): void {
  const config = parse(plain) as { fleets: { production: Record<string, unknown> } };
  Object.assign(config.fleets.production, {
    registry: { url: stack.sim.registry.url, image: stack.sim.registry.repository },
    ...over,
  });
  writeFileSync(stack.configFile, stringify(config));
}

interface Seen extends Diagnosis {
  readonly code: number;
  readonly ms: number;
  readonly of: (check: string) => { state: string; found: string; remedy: string };
}

async function doctor(env: NodeJS.ProcessEnv = stack.workerEnv): Promise<Seen> {
  let text = '';
  const context: CommandContext = {
    stdout: (part) => (text += part),
    stderr: () => undefined,
    env,
    cwd: process.cwd(),
  };
  const began = performance.now();
  const code = await run({ json: true }, context);
  const ms = performance.now() - began;
  expect(text).not.toContain(PLANT);
  for (const token of Object.values(stack.sim.tokens)) expect(text).not.toContain(token);
  const diagnosis = JSON.parse(text) as Diagnosis;
  const of = (check: string) => {
    const found = diagnosis.checks.find((one) => one.check === check);
    if (found === undefined) throw new Error(`no check \`${check}\``);
    return found;
  };
  return { ...diagnosis, code, ms, of };
}

describe('greenlane doctor', () => {
  it('finds a fleet that is ready to deploy in seconds, and ends with 0', async () => {
    const { code, ok, ms, checks, of } = await doctor();
    expect(checks.filter(({ state }) => state !== 'ok').map(({ check }) => check)).toEqual(['namespace']);
    expect([code, ok]).toEqual([0, true]);
    expect(ms).toBeLessThan(10_000);
    expect(of('lane').found).toMatch(
      /publish is polled by greenlane .+ \(build [0-9a-f]{12}, seen \d+ s ago\)/,
    );
    expect(of('control plane').found).toContain('a dry run lists 30 tenants');
    expect(of('tenants').found).toContain('20 of 30 asked');
    expect(of('registry').found).toContain('is sha256:');
  });

  it('never has a side effect: reads, and one dry run that names no tenant', async () => {
    const from = stack.sim.journal.length;
    await doctor();
    const calls = stack.sim.journal.slice(from);
    expect(calls.length).toBeGreaterThan(20);
    for (const { method, where, dryRun, slugs, effect } of calls) {
      expect(effect).not.toBe(true);
      if (method === 'POST')
        expect({ where, dryRun, slugs }).toMatchObject({ where: 'control-plane', dryRun: true });
      else expect(['GET', 'HEAD']).toContain(method);
    }
    expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
    // Not even the fleet's lock was started.
    const connection = await Connection.connect({ address: stack.address });
    const lock = new Client({ connection }).workflow.getHandle('fleet-lock/production');
    await expect(lock.describe()).rejects.toThrow(WorkflowNotFoundError);
    await connection.close();
  });

  it('prints a table with a remedy in each line that needs one, from the command line', async () => {
    const { code, stdout } = await greenlane(['doctor'], {
      ...stack.workerEnv,
      PROD_AUTO_DEPLOY_CONTROL_TOKEN: '',
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/│ check +│ state +│ found +│ remedy +│/);
    expect(stdout).toMatch(
      /│ kill switch +│ warning +│ PROD_AUTO_DEPLOY_CONTROL_TOKEN is not set here +│ without it/,
    );
    expect(stdout).toMatch(/production is ready to deploy; 2 things could be better\n$/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160);
  });

  it.each([
    ['AUTO_SYNC_TOKEN', 'forge', 'unknown', 'no deploy gets past its gates without it', 1],
    ['AUTO_SYNC_TOKEN', 'required contexts', 'unknown', 'mend `forge` first', 1],
    ['CP_ADMIN_API_TOKEN', 'control plane', 'unknown', 'it does not start without it', 1],
    ['CP_ADMIN_API_TOKEN', 'canary', 'unknown', 'mend `control plane` first', 1],
    ['PROD_AUTO_DEPLOY_CONTROL_TOKEN', 'kill switch', 'warn', 'the start value alone counts', 0],
  ])('without %s, `%s` is %s and says what that means', async (variable, check, state, remedy, code) => {
    const seen = await doctor({ ...stack.workerEnv, [variable]: undefined });
    expect(seen.of(check).state).toBe(state);
    expect(seen.of(check).remedy).toContain(remedy);
    expect(seen.code).toBe(code);
  });

  const plane = { where: 'control-plane', dryRun: true } as const;
  it.each<[what: string, fault: Fault, check: string, state: string, says: RegExp]>([
    [
      'a refused admin token',
      { ...plane, kind: 'status', status: 401 },
      'control plane',
      'fail',
      /401.*check the token/,
    ],
    [
      'an empty fleet',
      { ...plane, kind: 'wrong-json', body: { ok: true, results: [] } },
      'control plane',
      'fail',
      /lists no tenant/,
    ],
    ['a control plane that hangs', { ...plane, kind: 'hang' }, 'control plane', 'unknown', /no answer/],
    [
      'a canary that is none',
      { ...plane, kind: 'leave-out', slug: 'hongming' },
      'canary',
      'fail',
      /hongming is not a tenant.*I-15/,
    ],
    [
      'a canary without a SHA',
      { where: 'tenant', slug: 'hongming', kind: 'dev-build' },
      'tenants',
      'fail',
      /a build without a SHA/,
    ],
    [
      'one silent tenant',
      { where: 'tenant', slug: 'tenant-002', kind: 'status', status: 502 },
      'tenants',
      'warn',
      /tenant-002 \(status 502\)/,
    ],
    [
      'a fleet that is down',
      { where: 'tenant', kind: 'status', status: 502 },
      'tenants',
      'fail',
      /20 without a SHA/,
    ],
    [
      'a forge token that is gone',
      { where: 'forge.branch', kind: 'status', status: 401 },
      'forge',
      'fail',
      /renew AUTO_SYNC_TOKEN/,
    ],
    [
      'a forge that cannot list statuses',
      { where: 'forge.statuses', kind: 'status', status: 500 },
      'required contexts',
      'fail',
      /statuses/,
    ],
    [
      'a read-only owner',
      { where: 'forge.other', kind: 'wrong-json', body: { permissions: { push: false } } },
      'posting statuses',
      'warn',
      /may only read.*no commit status/,
    ],
    [
      'a forge that does not tell rights',
      { where: 'forge.other', kind: 'wrong-json', body: {} },
      'posting statuses',
      'warn',
      /does not say/,
    ],
    [
      'a control token without the right',
      { where: 'forge.variable', kind: 'status', status: 403 },
      'kill switch',
      'warn',
      /403.*start value alone/,
    ],
    [
      'a kill switch that cannot be read',
      { where: 'forge.variable', kind: 'status', status: 500 },
      'kill switch',
      'fail',
      /I-07/,
    ],
    [
      'a registry that refuses',
      { where: 'registry', kind: 'status', status: 401 },
      'registry',
      'fail',
      /user name and password/,
    ],
  ])('sees %s', async (_, fault, check, state, says) => {
    stack.sim.fault(fault);
    const seen = await doctor();
    expect(seen.of(check).state).toBe(state);
    expect(`${seen.of(check).found} | ${seen.of(check).remedy}`).toMatch(says);
    expect(seen.code, JSON.stringify(seen.checks)).toBe(state === 'warn' ? 0 : 1);
    expect(seen.of(check).remedy).not.toBe('');
  });

  it('ends in seconds although nobody answers, and calls nothing ready that it did not see', async () => {
    for (const where of ['forge', 'control-plane', 'tenant', 'registry'] as const)
      stack.sim.fault({ where, kind: 'hang', ...(where === 'control-plane' ? { dryRun: true } : {}) });
    const { ms, code, checks } = await doctor();
    expect(ms).toBeLessThan(10_000);
    expect(code).toBe(1);
    expect(checks.filter(({ state }) => state === 'unknown').length).toBeGreaterThanOrEqual(8);
  });

  it('sees that the kill switch is on', async () => {
    stack.sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', 'true');
    const { of, code } = await doctor();
    expect(of('kill switch')).toMatchObject({
      state: 'warn',
      found: 'PROD_AUTO_DEPLOY_DISABLED of the repository is on',
    });
    expect(code).toBe(0);
  });

  it('names a required context that nobody posts, and what is posted instead', async () => {
    configure({ gates: { required: ['CI / build (push)', 'CI / buidl (push)'] } });
    const { of, code } = await doctor();
    expect(of('required contexts').found).toMatch(
      /never posted on \w{12}: `CI \/ buidl \(push\)`; seen are `CI \/ build/,
    );
    expect(code).toBe(1);
  });

  it('looks whether those who are to be told can be told, and tells them nothing', async () => {
    const on = ['failed'];
    const hook = { kind: 'webhook', url: 'HOOK_URL', secret: 'HOOK_KEY', on };
    const env = {
      ...stack.workerEnv,
      HOOK_URL: `${stack.sim.hooks.url}/planted-path`,
      HOOK_KEY: 'planted-key',
    };
    const cases: [object, NodeJS.ProcessEnv, string, RegExp][] = [
      [hook, env, 'ok', /HOOK_URL can be used; nothing was sent/],
      [
        hook,
        { ...env, HOOK_URL: '' },
        'warn',
        /HOOK_URL is not set here \| .* set it, or run doctor where it is set/,
      ],
      [hook, { ...env, HOOK_KEY: '' }, 'warn', /HOOK_KEY is not set here/],
      [
        hook,
        { ...env, HOOK_URL: 'http://example.com/planted-path' },
        'warn',
        /must be https .* \| set HOOK_URL/,
      ],
      [{ ...hook, secret: undefined }, env, 'warn', /not signed \| .*configure `secret`/],
    ];
    for (const [target, environment, state, says] of cases) {
      configure({ notify: [target] });
      const { of, code } = await doctor(environment);
      const { state: seen, found, remedy } = of('notifications');
      expect([seen, code]).toEqual([state, 0]);
      expect(`${found} | ${remedy}`).toMatch(says);
      expect(`${found} | ${remedy}`).not.toContain('planted');
    }
    expect(stack.sim.journal.calls('hook')).toEqual([]);
  });

  it('sees that the head has no image yet', async () => {
    const sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, STACK_GATES);
    stack.sim.registry.images.withhold(`staging-${sha.slice(0, 7)}`);
    expect((await doctor()).of('registry')).toMatchObject({
      state: 'warn',
      found: expect.stringMatching(/is not there/),
    });
  });

  it.each([
    [0, 'ok', /agrees/],
    [20_000, 'warn', /20 s behind/],
    [-20_000, 'warn', /20 s ahead of/],
    [600_000, 'fail', /600 s behind/],
  ])('judges a forge whose clock is %i ms ahead', async (skew, state, found) => {
    stack.sim.settings.clockSkewMs = skew;
    const clock = (await doctor()).of('clock');
    expect(clock.state).toBe(state);
    expect(clock.found.replace(/\b(19|21) s/, '20 s').replace(/\b(599|601) s/, '600 s')).toMatch(found);
  });

  it('refuses to ask a control plane that is not the production one, token unsent', async () => {
    configure({
      controlPlane: { url: stack.sim.controlPlane.url, productionUrl: 'https://api.example.com' },
    });
    const from = stack.sim.journal.length;
    const { of, code } = await doctor();
    expect(of('control plane')).toMatchObject({
      state: 'fail',
      found: expect.stringMatching(/is not the production control plane/),
    });
    expect(code).toBe(1);
    expect(stack.sim.journal.slice(from).some(({ where }) => where === 'control-plane')).toBe(false);
  });

  it('says which namespace there is none of, and when Temporal does not answer at all', async () => {
    const wrong = await doctor({ ...stack.workerEnv, TEMPORAL_NAMESPACE: 'nowhere' });
    expect(wrong.of('namespace')).toMatchObject({ state: 'fail', found: 'there is no namespace nowhere' });
    const down = await doctor({ ...stack.workerEnv, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(down.of('Temporal').state).toBe('fail');
    expect(down.of('lane')).toMatchObject({ state: 'unknown', remedy: 'mend `Temporal` first' });
    expect(down.ms).toBeLessThan(10_000);
    expect([wrong.code, down.code]).toEqual([1, 1]);
  });

  it('ends with 2 and one line when the configuration itself is wrong', async () => {
    writeFileSync(stack.configFile, 'fleets: {}\n');
    const { code, stderr, stdout } = await greenlane(['doctor'], stack.workerEnv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^greenlane: .*at least one fleet.*\n$/);
  });
});

describe('greenlane doctor, with a fleet that has a lock', () => {
  it('shows the lock, a pin as a warning, and sees through a list that still names a killed worker', async () => {
    const other = await startStack({
      address: stack.address,
      lane: 'killed',
      simulator: { tenants: 3 },
    });
    try {
      const worker = await other.startWorker();
      other.sim.forge.setGreen(other.sim.forge.push(), STACK_GATES);
      expect((await greenlane(['pin', '--tag', 'staging-1234567', '--reason', 'bad'], other.env)).code).toBe(
        0,
      );
      const pinned = await doctor(other.workerEnv);
      expect(pinned.of('fleet lock')).toMatchObject({
        state: 'warn',
        found: expect.stringMatching(/pinned to staging-1234567/),
      });
      expect(pinned.of('lane')).toMatchObject({ state: 'ok', found: expect.stringMatching(/it answers$/) });
      await worker.kill('SIGKILL');
      const dead = await doctor(other.workerEnv);
      expect(dead.of('lane')).toMatchObject({ state: 'fail', found: /listed are .*, but nobody answers/ });
      expect(dead.of('fleet lock').state).toBe('unknown');
      expect(dead.code).toBe(1);
      expect(dead.ms).toBeLessThan(10_000);
    } finally {
      await other.stop();
    }
  });
});
