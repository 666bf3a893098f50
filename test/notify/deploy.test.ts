import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, JournalEntry } from '../../src/simulator/index.ts';
import { commandUpdate } from '../../src/workflows/messages.ts';
import { startLane, type Deploy, type Lane, type World } from '../support/worker.ts';
import { until } from '../support/until.ts';

const EVENTS = ['started', 'halted', 'failed', 'rolled_back', 'approval', 'superseded', 'deployed'];
const KEY = 'a key that only both of us know';

/** The receiver's check, as docs/notifications.md has it. */
async function documentedCheck() {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/notifications.md', 'utf8')) ?? [];
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    isFromGreenlane: (key: string, headers: Readonly<Record<string, string>>, body: string) => boolean;
  };
  return module.isFromGreenlane;
}

let lane: Lane;
let worlds = 0;

beforeAll(async () => {
  lane = await startLane({ uiUrl: 'https://temporal.example' });
});
afterAll(async () => lane.stop());

interface Told extends World {
  /** Deliveries to the webhook or to Slack, in the order they arrived. */
  readonly to: (path: '/hook' | '/slack') => JournalEntry[];
  readonly texts: (path: '/hook' | '/slack') => string[];
  /** The environment variable that holds Slack's URL. */
  readonly slack: string;
}

/** A fleet with a signed webhook and a Slack hook that want these events. */
async function world(on: readonly string[], fleet: Record<string, unknown> = {}): Promise<Told> {
  worlds += 1;
  const [hook, secret, slack] = [`HOOK_${worlds}`, `HOOK_KEY_${worlds}`, `SLACK_${worlds}`];
  const made = await lane.world({
    simulator: { tenants: 4 },
    env: (sim) => ({ [secret]: KEY, [hook]: `${sim.hooks.url}/hook`, [slack]: `${sim.hooks.url}/slack` }),
    fleet: {
      ...fleet,
      notify: [
        { kind: 'webhook', url: hook, secret, on },
        { kind: 'slack', url: slack, on },
      ],
    },
  });
  const to: Told['to'] = (path) => made.sim.journal.calls('hook').filter((call) => call.path.endsWith(path));
  const texts: Told['texts'] = (path) => to(path).map(({ body }) => (body as { text: string }).text);
  return { ...made, to, texts, slack };
}

async function say(deploy: Deploy, command: 'halt' | 'rollback' | 'reject', reason: string): Promise<void> {
  await deploy.executeUpdate(commandUpdate(command), { args: [{ reason, actor: 'ada' }] });
}

const events = (calls: readonly JournalEntry[]) => calls.map(({ body }) => (body as { event: string }).event);

describe('who is to be told of a deploy', () => {
  it('is told of what was chosen, signed, with a link, and in the order it happened', async () => {
    const fleet = await world(['started', 'halted', 'rolled_back', 'deployed']);
    const release = fleet.sim.fault({ where: 'control-plane', slug: 'tenant-002', kind: 'hold' });
    const deploy = await fleet.start(fleet.green());
    await fleet.sim.journal.until('control-plane', ({ slugs }) => slugs?.includes('tenant-002') === true);
    await say(deploy, 'halt', 'errors <!channel> [on](https://evil.example) *the* canary\u001b[31m');
    release();
    await say(deploy, 'rollback', 'it is bad');
    expect((await deploy.result()).outcome).toBe('rolled_back');
    expect(events(fleet.to('/hook'))).toEqual(['started', 'halted', 'rolled_back']);
    expect(fleet.texts('/slack').map((text) => /^\*fleet-\d+ – (.*)\* /.exec(text)?.[1])).toEqual([
      'deploy started',
      'deploy HALTED',
      'deploy rolled back',
    ]);
    const isFromGreenlane = await documentedCheck();
    for (const { headers = {}, rawBody, body } of fleet.to('/hook')) {
      expect(isFromGreenlane(KEY, headers, rawBody ?? '')).toBe(true);
      expect(isFromGreenlane('another', headers, rawBody ?? '')).toBe(false);
      expect(isFromGreenlane(KEY, headers, `${rawBody ?? ''} `)).toBe(false);
      expect(body).toMatchObject({ fleet: fleet.name, workflowId: deploy.workflowId });
      expect((body as { link: string }).link).toMatch(/^https:\/\/temporal\.example\/namespaces\/default\//);
    }
    const [, halted = ''] = fleet.texts('/slack');
    expect(halted).toContain('halted by ada: errors');
    expect(halted.replace(/<https:\/\/temporal[^>]*>/, '')).not.toMatch(/<|>|\[|\u001b|:\/\/|\*the/);
  });

  it('is told why a deploy failed, waits for approval, or was superseded', async () => {
    const [failing, asking, older] = await Promise.all([
      world(EVENTS),
      world(EVENTS, { approval: { required: true } }),
      world(EVENTS),
    ]);
    const first = older.green();
    expect((await older.deploy(older.green())).outcome).toBe('deployed');
    failing.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'unhealthy' });
    const asked = await asking.start(asking.green());
    await until(() => events(asking.to('/hook')).includes('approval'));
    await say(asked, 'reject', 'not today');
    const [failed, superseded, rejected] = await Promise.all([
      failing.deploy(failing.green()),
      older.deploy(first),
      asked.result(),
    ]);
    expect([failed.outcome, superseded.outcome, rejected.outcome]).toEqual([
      'failed',
      'superseded',
      'halted',
    ]);
    expect(events(failing.to('/hook'))).toEqual(['started', 'failed']);
    expect(failing.texts('/slack').at(-1)).toContain('canary hongming is unhealthy');
    expect(events(asking.to('/hook'))).toEqual(['started', 'approval', 'halted']);
    expect(events(older.to('/hook'))).toEqual(['started', 'deployed', 'started', 'superseded']);
  });

  it('is told again until it listens, each target for itself, and with the same id', async () => {
    const fleet = await world(['started']);
    fleet.sim.fault({ where: 'hook', match: '/default/hook', kind: 'status', status: 503, times: 2 });
    expect((await fleet.deploy(fleet.green())).outcome).toBe('deployed');
    await until(() => fleet.to('/hook').length === 3);
    const ids = fleet.to('/hook').map(({ headers }) => headers?.['x-greenlane-event-id']);
    expect(new Set(ids).size).toBe(1);
    expect(fleet.to('/slack')).toHaveLength(1);
  });
});

describe('a deploy', () => {
  const ends = async (fleet: Told, fault: Fault) => {
    fleet.sim.fault(fault);
    const result = await fleet.deploy(fleet.green());
    expect(result.outcome).toBe('deployed');
    return result;
  };

  it('does not wait for a receiver that hangs, and the other one is told meanwhile', async () => {
    const fleet = await world(EVENTS);
    const result = await ends(fleet, { where: 'hook', match: '/default/hook', kind: 'hang' });
    // It would be tried for an hour.
    expect(fleet.to('/hook').filter(({ effect }) => effect)).toEqual([]);
    expect(fleet.texts('/slack')).toHaveLength(2);
    expect(result.warnings).toEqual([]);
  });

  it('that has ended is still told of when the receiver is back', async () => {
    const fleet = await world(['deployed']);
    await ends(fleet, { where: 'hook', kind: 'status', status: 502 });
    expect(fleet.to('/slack').some(({ effect }) => effect)).toBe(false);
    fleet.sim.clearFaults();
    await until(() =>
      (['/hook', '/slack'] as const).every((path) => fleet.to(path).some(({ effect }) => effect)),
    );
  });

  it('says of a wrong token once, in audit trail and log, what to mend, and shows nothing of it', async () => {
    const fleet = await world(['started']);
    const result = await ends(fleet, {
      where: 'hook',
      match: '/default/slack',
      kind: 'status',
      status: 403,
    });
    const line = new RegExp(
      `the Slack hook at http://127\\.0\\.0\\.1:\\d+ was not notified: the URL or its token is wrong or was revoked \\(status 403\\)\\. Mend ${fleet.slack} in the worker's environment\\.`,
    );
    expect(result.warnings).toEqual([expect.stringMatching(line)]);
    expect(result.audit?.filter(({ what }) => line.test(what))).toHaveLength(1);
    expect(lane.log.filter((one) => line.test(one))).toHaveLength(1);
    expect(fleet.to('/slack')).toHaveLength(1);
    expect(fleet.to('/hook').filter(({ effect }) => effect)).toHaveLength(1);
    expect(JSON.stringify(result)).not.toContain('/default/slack');
  });
});
