import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import type { ServerProcess } from '../../src/dev/server-process.ts';
import { greenlane } from '../support/cli.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [key('2026-05'), key('2026-11')];
const REASON = 'a reason that only people with the key may read';

let stack: Stack;
let worker: ServerProcess;

beforeAll(async () => {
  stack = await startStack({
    server: { headless: true },
    simulator: { tenants: 6 },
    fleet: { rollout: { soak: 0 } },
    env: { GREENLANE_CODEC_KEYS: first },
  });
  worker = await stack.startWorker();
});
afterAll(async () => stack.stop());

function green(): string {
  const sha = stack.sim.forge.push();
  stack.sim.forge.setGreen(sha, STACK_GATES);
  return sha;
}

/** Everything that Temporal keeps of a workflow, as somebody without keys sees it: base64 undone where there is any. */
async function kept(workflowId: string): Promise<string> {
  const access = await connect({ ...stack.env, GREENLANE_CODEC_KEYS: '' });
  try {
    const handle = access.client.workflow.getHandle(workflowId);
    const { raw } = await handle.describe();
    const text = `${JSON.stringify(await handle.fetchHistory())}${JSON.stringify(raw)}`;
    const decoded = [...text.matchAll(/"([A-Za-z0-9+/]{8,}={0,2})"/g)].map((match) =>
      Buffer.from(match[1] as string, 'base64').toString('latin1'),
    );
    return `${text}\n${decoded.join('\n')}`;
  } finally {
    await access.close();
  }
}

describe('a fleet whose payloads are encrypted', () => {
  it('deploys as ever, and Temporal holds neither slugs nor reasons nor messages of failures', async () => {
    const sha = green();
    const { code, stdout } = await greenlane(
      ['deploy', '--sha', sha, '--again', '--reason', REASON, '--json'],
      stack.env,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'deployed', tenants: { total: 6, onTarget: 6 } });
    for (const id of [`deploy/production/${sha}`, 'fleet-lock/production']) {
      const text = await kept(id);
      expect(text).toContain('binary/encrypted');
      for (const secret of ['tenant-002', 'hongming', REASON, 'acme/core', '"quarantined"'])
        expect(text, `${secret} in ${id}`).not.toContain(secret);
    }
  });

  it('hides what a failed look at the gates says, and still shows it to who has the key', async () => {
    const sha = stack.sim.forge.push();
    const started = await greenlane(['deploy', '--sha', sha, '--no-wait'], stack.env);
    expect(started.code).toBe(0);
    const workflowId = `deploy/production/${sha}`;
    let shown = '';
    await expect
      .poll(async () => (shown = (await greenlane(['status', '--sha', sha], stack.env)).stdout), {
        timeout: 20_000,
      })
      .toContain('CI / build (push)');
    expect(shown).toContain('missing');
    const text = await kept(workflowId);
    expect(text).toContain('Encoded failure');
    expect(text).not.toContain('CI / build');
    expect((await greenlane(['abort', '--sha', sha, '--reason', 'seen enough'], stack.env)).code).toBe(0);
  });

  it('says to a command without keys which variable is missing', async () => {
    const { code, stderr } = await greenlane(['history'], { ...stack.env, GREENLANE_CODEC_KEYS: '' });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/GREENLANE_CODEC_KEYS/);
  });

  it('goes on while keys change: the new one is added everywhere, moved to the front, the old one is kept', async () => {
    const sha = stack.sim.forge.push();
    expect((await greenlane(['deploy', '--sha', sha, '--no-wait'], stack.env)).code).toBe(0);
    await worker.stop(10_000);
    stack.sim.forge.setGreen(sha, STACK_GATES);
    stack.workerEnv['GREENLANE_CODEC_KEYS'] = `${second},${first}`;
    worker = await stack.startWorker();
    const behind = { ...stack.env, GREENLANE_CODEC_KEYS: `${first},${second}` };
    const { code, stdout, stderr } = await greenlane(['deploy', '--sha', sha, '--json'], behind);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'deployed' });
    const text = await kept(`deploy/production/${sha}`);
    expect(text).toContain('2026-05');
    expect(text).toContain('2026-11');
  });

  it('does not start a worker with keys that are none, in one line without the key', async () => {
    const value = `a:${randomBytes(8).toString('base64')}`;
    const { code, stderr } = await greenlane(['worker'], { ...stack.workerEnv, GREENLANE_CODEC_KEYS: value });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^greenlane: environment variable GREENLANE_CODEC_KEYS: the key `a` is not 32 bytes in base64; .*\n$/,
    );
    expect(stderr).not.toContain(value);
  });
});
