import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { connect } from '../../src/client/connect.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import { greenlane, start, type CliRun } from '../support/cli.ts';
import { exportedOf } from '../support/exported.ts';

const PLANT = 'planted-51c0-secret-of-an-upstream';
const SECRETS = {
  CP_ADMIN_API_TOKEN: 'token-of-the-control-plane-8f1d',
  AUTO_SYNC_TOKEN: 'token-of-the-forge-77aa',
  PROD_AUTO_DEPLOY_CONTROL_TOKEN: 'token-of-the-variables-03ce',
  HOOK_SECRET: 'key-of-the-webhook-9b2e',
  HOOK_PATH: 'path-of-the-webhook-44d0',
  SLACK_PATH: 'path-of-the-slack-hook-e6a1',
};
/** What commands CI, markdown and a terminal, where it is taken as it comes. */
const EVIL =
  '\u001b]0;owned\u0007\u001b[31m::error::owned\n::add-mask::x\r##[error]x <img src=x> [x](https://evil.example)';

const directory = mkdtempSync(join(tmpdir(), 'greenlane-leaks-'));
const summary = join(directory, 'summary.md');
const events = ['started', 'halted', 'failed', 'rolled_back', 'superseded', 'deployed'];
let stack: Stack;
let worker: CliRun;
/** Everything that somebody could read, by where it stands. */
const outputs: Record<string, string> = {};
const commits: string[] = [];

const ci = (): NodeJS.ProcessEnv => ({ ...stack.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });

async function run(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = ci(),
): Promise<number | null> {
  const { code, stdout, stderr } = await greenlane(args, env);
  outputs[`${name} in the command line`] = `${stdout}\n${stderr}`;
  return code;
}

function green(): string {
  const sha = stack.sim.forge.push();
  stack.sim.forge.setGreen(sha, STACK_GATES);
  commits.push(sha);
  return sha;
}

/** A deploy that is refused by a gate whose words are hostile. */
async function refused(): Promise<void> {
  const sha = green();
  const words = `${EVIL} ${SECRETS.CP_ADMIN_API_TOKEN}`;
  stack.sim.forge.setStatus(sha, STACK_GATES[0] as string, 'failure', {
    description: words,
    targetUrl: words,
  });
  expect(await run('refused deploy', ['deploy', '--sha', sha])).toBe(1);
  await run('gates', ['gates', '--sha', sha], { ...stack.workerEnv, GITHUB_ACTIONS: 'true' });
}

/** A deploy with every fault that answers with a body, halted and resumed with hostile reasons. */
async function halted(): Promise<void> {
  const { sim } = stack;
  const sha = green();
  const body = `<html>${PLANT} Authorization: Bearer ${SECRETS.CP_ADMIN_API_TOKEN}</html>`;
  sim.fault({ where: 'control-plane', slug: 'tenant-005', kind: 'status', status: 502, body, times: 1 });
  sim.fault({ where: 'control-plane', slug: 'tenant-006', kind: 'unhealthy' });
  sim.fault({ where: 'forge.statuses', kind: 'status', status: 500, body, times: 1 });
  sim.fault({ where: 'forge.variable', kind: 'status', status: 500, body, times: 1 });
  sim.fault({ where: 'tenant', slug: 'tenant-004', kind: 'status', status: 500, body, times: 1 });
  const release = sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'hold' });
  const deploy = start(['deploy', '--sha', sha], ci());
  await sim.journal.until('control-plane', (call) => call.slugs?.includes('tenant-002') === true, 30_000);
  const watch = start(['watch', '--sha', sha], ci());
  // Somebody who pastes: the token is in the shell's environment, and hostile text around it.
  const shell = { ...ci(), CP_ADMIN_API_TOKEN: SECRETS.CP_ADMIN_API_TOKEN };
  const reason = `${EVIL} ${SECRETS.CP_ADMIN_API_TOKEN}`;
  expect(await run('halt', ['halt', '--sha', sha, '--reason', reason], shell)).toBe(0);
  release();
  const first = await deploy.done;
  expect(first.code).toBe(3);
  outputs['halted deploy in the command line'] = first.stdout + first.stderr;
  await run('status', ['status', '--sha', sha]);
  await run('queue', ['queue']);
  expect(await run('resume', ['resume', '--sha', sha, '--reason', reason], shell)).toBe(0);
  expect(await run('deploy', ['deploy', '--sha', sha])).toBe(0);
  outputs['watch in the command line'] = watch.output();
  watch.child.kill('SIGKILL');
  await run('report', ['report', '--sha', sha]);
  await run('report as JSON', ['report', '--sha', sha, '--format', 'md']);
  await run('history', ['history']);
  await run('plan', ['plan', '--sha', sha]);
  await run('doctor', ['doctor'], { ...stack.workerEnv, GITHUB_ACTIONS: 'true' });
}

async function collect(): Promise<void> {
  const { sim } = stack;
  const access = await connect(stack.env);
  try {
    let workflows = 0;
    for await (const { workflowId, runId } of access.client.workflow.list()) {
      workflows += 1;
      outputs[`history, memo and attributes of ${workflowId}`] = await exportedOf(
        access.client,
        workflowId,
        runId,
      );
    }
    expect(workflows).toBeGreaterThanOrEqual(3);
  } finally {
    await access.close();
  }
  outputs['commit statuses'] = JSON.stringify(commits.map((sha) => sim.forge.statusesPosted(sha)));
  const hooks = sim.journal.calls('hook');
  expect(new Set(hooks.map((call) => call.path)).size).toBe(2);
  outputs['notifications'] = hooks
    .map((call) => `${call.rawBody}\n${JSON.stringify(call.headers)}`)
    .join('\n');
  outputs['the step’s summary'] = readFileSync(summary, 'utf8');
  outputs['the worker’s log'] = worker.output();
}

beforeAll(async () => {
  stack = await startStack({
    server: { headless: true },
    simulator: {
      tenants: 6,
      plant: PLANT,
      registryAuth: true,
      controlPlaneToken: SECRETS.CP_ADMIN_API_TOKEN,
      forgeToken: SECRETS.AUTO_SYNC_TOKEN,
      controlToken: SECRETS.PROD_AUTO_DEPLOY_CONTROL_TOKEN,
    },
    fleet: {
      rollout: { batchSize: 3, soak: 0, maxStragglers: 1, postTimeout: '20s' },
      verify: { settle: '1s', interval: '200ms', timeout: '2s' },
      notify: [
        { kind: 'webhook', url: 'HOOK_URL', secret: 'HOOK_SECRET', on: events },
        { kind: 'slack', url: 'SLACK_URL', on: events },
      ],
    },
  });
  const config = parse(readFileSync(stack.configFile, 'utf8')) as { fleets: { production: object } };
  const { url, repository } = stack.sim.registry;
  Object.assign(config.fleets.production, { registry: { url, image: repository, pointer: 'latest' } });
  writeFileSync(stack.configFile, stringify(config));
  writeFileSync(summary, '');
  Object.assign(stack.workerEnv, {
    HOOK_URL: `${stack.sim.hooks.url}/${SECRETS.HOOK_PATH}`,
    SLACK_URL: `${stack.sim.hooks.url}/${SECRETS.SLACK_PATH}`,
    HOOK_SECRET: SECRETS.HOOK_SECRET,
    GREENLANE_LOG_LEVEL: 'debug',
  });
  worker = start(['worker'], stack.workerEnv);
  await worker.until('worker polls the lane');
  await refused();
  await halted();
  await collect();
}, 240_000);
afterAll(async () => {
  worker.child.kill('SIGKILL');
  await worker.done;
  await stack.stop();
  rmSync(directory, { recursive: true });
});

describe('what a whole deploy writes, anywhere', () => {
  it('I-23: holds no secret, however it is written', () => {
    const found: string[] = [];
    for (const [where, text] of Object.entries(outputs))
      for (const [name, secret] of Object.entries({ PLANT, ...SECRETS }))
        for (const written of [
          secret,
          encodeURIComponent(secret),
          Buffer.from(secret).toString('base64').slice(0, -4),
        ])
          if (text.includes(written)) found.push(`${name} in ${where}`);
    expect(found).toEqual([]);
    // What was searched is what was written.
    expect(outputs['the worker’s log']).toContain('rollWave');
    expect(outputs['notifications']).toContain('halted');
    expect(outputs['the step’s summary']).toContain('HALTED');
  });

  it('I-23: commands neither CI, nor markdown, nor a terminal', () => {
    const shown = Object.entries(outputs).filter(([where]) => !where.startsWith('history'));
    const found: string[] = [];
    for (const [where, text] of shown) {
      if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text))
        found.push(`a control character in ${where}`);
      if (/^\s*(::(error|add-mask)::(owned|x)|##\[error\]x)/m.test(text))
        found.push(`a command of CI in ${where}`);
      const marked = /summary|notifications/.test(where);
      if (marked && /<img|\]\(https:\/\/evil/.test(text)) found.push(`markup in ${where}`);
    }
    expect(found).toEqual([]);
    expect(outputs['refused deploy in the command line']).toContain('owned');
  });
});
