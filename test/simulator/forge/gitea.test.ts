import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import type { Recorded, Reply } from '../calls.ts';
import { gitea, recorded } from '../calls.ts';

const first = 'f09b5c9208a2d159b85b4001eeab6cbb26395375';
const second = 'd93c29a5e639b02b006801d575e231a0ef47f895';
const nobody = 'f'.repeat(40);

let sim: Simulator;

/** The 120 rows that were on the server when its answers were recorded. */
function postRecordedRows(): void {
  const start = Date.parse('2026-11-21T12:16:35Z');
  const secondOf = (id: number): number => (id >= 110 ? 3 : id >= 80 ? 2 : id >= 49 ? 1 : 0);
  const special = ['warning', 'skipped', 'cancelled', 'failure', 'error'];
  for (let id = 1; id <= 120; id++) {
    const at = start + secondOf(id) * 1000 + id;
    if (id < 3) sim.forge.setStatus(first, `early ${id} (push)`, 'success', { at });
    else if (id < 116) sim.forge.setStatus(first, `noise / job ${(id - 3) % 34} (push)`, 'success', { at });
    else sim.forge.setStatus(first, `s / ${special[id - 116]} (push)`, String(special[id - 116]), { at });
  }
}

function expectRecorded(reply: Reply, answer: Recorded): void {
  expect(reply.status).toBe(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) {
    expect(reply.headers[name.toLowerCase()], name).toBe(value);
  }
}

beforeAll(async () => {
  sim = await startSimulator({ tenants: 1, initialSha: first });
  postRecordedRows();
  sim.forge.commit({ sha: second });
  sim.forge.setVariable('repo', 'PROD_AUTO_DEPLOY_DISABLED', 'true');
});
afterAll(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

describe('answers are those recorded from a real server', () => {
  test.each([
    ['statuses-page-1-of-3', `commits/${first}/statuses?page=1&limit=100`],
    ['statuses-past-the-end', `commits/${first}/statuses?page=4&limit=100`],
    ['statuses-unknown-sha', `commits/${nobody}/statuses`],
    ['branch-missing', 'branches/nope'],
    ['compare-behind', `compare/${second}...${first}`],
    ['compare-unknown', `compare/${nobody}...${second}`],
  ])('%s', async (name, path) => {
    const answer = await recorded(sim, name);
    const reply = await gitea(sim, path);
    expectRecorded(reply, answer);
    expect(reply.body).toEqual(answer.body);
  });

  test('statuses-oldest-first: the record keeps the last 8 of the 20 rows', async () => {
    const answer = await recorded(sim, 'statuses-oldest-first');
    const reply = await gitea(sim, `commits/${first}/statuses?page=3&limit=50&sort=highestindex`);
    expectRecorded(reply, answer);
    expect((reply.body as unknown[]).slice(-8)).toEqual(answer.body);
  });

  test('combined-status-truncated: state and count speak of the first page only', async () => {
    const answer = await recorded(sim, 'combined-status-truncated');
    const reply = await gitea(sim, `commits/${first}/status`);
    expectRecorded(reply, answer);
    const { _note, statuses, ...rest } = answer.body;
    const body = reply.body as { statuses: unknown[] };
    expect(body).toMatchObject(rest);
    expect(Object.keys(body).sort()).toEqual([...Object.keys(rest), 'statuses'].sort());
    expect(body.statuses).toHaveLength(30);
    expect(body.statuses.slice(0, 3)).toEqual(statuses);
  });

  test('branch: the head is in commit.id', async () => {
    const answer = await recorded(sim, 'branch');
    const reply = await gitea(sim, 'branches/main');
    expectRecorded(reply, answer);
    const commit = (reply.body as { commit: { timestamp: string } }).commit;
    expect(commit.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    commit.timestamp = '2026-11-21T12:16:01Z';
    expect(reply.body).toEqual(answer.body);
  });

  test('compare-ahead: the recorded fields are there', async () => {
    const { body, ...answer } = await recorded(sim, 'compare-ahead');
    const reply = await gitea(sim, `compare/${first}...${second}`);
    expectRecorded(reply, { ...answer, body });
    expect(reply.body).toMatchObject({ total_commits: body['total_commits'], commits: body['commits'] });
  });

  test.each([
    ['variable-set', 'PROD_AUTO_DEPLOY_DISABLED', 'control'],
    ['variable-unset', 'NOPE', 'control'],
    ['variable-bad-token', 'X', 'revoked'],
    ['variable-read-only-token', 'PROD_AUTO_DEPLOY_DISABLED', 'forge'],
  ] as const)('%s', async (name, variable, token) => {
    const answer = await recorded(sim, name);
    const tokens = { ...sim.tokens, revoked: 'revoked' };
    const reply = await gitea(sim, `actions/variables/${variable}`, { token: tokens[token] });
    expectRecorded(reply, answer);
    expect(reply.body).toEqual(answer.body);
  });

  test('status-created, and the row can be read back', async () => {
    const other = await startSimulator({ tenants: 1, initialSha: second });
    const answer = await recorded(other, 'status-created');
    const { state, ...body } = {
      state: 'pending',
      context: 'greenlane / production',
      target_url: 'http://example.invalid/1',
      description: 'queued',
    };
    const reply = await gitea(other, `statuses/${second}`, { method: 'POST', body: { state, ...body } });
    expectRecorded(reply, answer);
    const { created_at, updated_at, ...rest } = reply.body as Record<string, unknown>;
    const { created_at: _c, updated_at: _u, ...wanted } = answer.body;
    expect(rest).toEqual(wanted);
    expect(created_at).toBe(updated_at);
    expect((await gitea(other, `commits/${second}/statuses`)).body).toEqual([reply.body]);
    expect(other.forge.statusesPosted(second)).toMatchObject([{ id: 1, status: state, posted: true }]);
    expect(other.journal.calls('forge.post-status')).toMatchObject([
      { effect: true, body: { state, ...body } },
    ]);
    await other.close();
  });
});

describe('statuses', () => {
  const ids = async (query: string): Promise<number[]> => {
    const reply = await gitea(sim, `commits/${first}/statuses?${query}`);
    return (reply.body as { id: number }[]).map((row) => row.id);
  };

  test('a page has 30 rows unless asked, and never more than 50', async () => {
    expect(await ids('')).toHaveLength(30);
    expect(await ids('limit=7')).toHaveLength(7);
    expect(await ids('limit=1000')).toHaveLength(50);
    expect(await ids('limit=0')).toHaveLength(30);
  });

  test('highestindex is ascending and leastindex descending: the names are swapped', async () => {
    expect(await ids('sort=highestindex&limit=3')).toEqual([1, 2, 3]);
    expect(await ids('sort=leastindex&limit=3')).toEqual([120, 119, 118]);
  });

  test('a short page is not the last one, an empty one is', async () => {
    expect(await ids('sort=highestindex&limit=50&page=3')).toHaveLength(20);
    expect(await ids('sort=highestindex&limit=50&page=4')).toEqual([]);
  });

  test('a branch and the start of a SHA are found too', async () => {
    expect((await gitea(sim, 'commits/main/statuses')).status).toBe(200);
    expect((await gitea(sim, `commits/${first.slice(0, 7)}/statuses`)).status).toBe(200);
    expect((await gitea(sim, `commits/${first.slice(0, 6)}/statuses`)).status).toBe(404);
  });

  test('up to 1.24 skipped and cancelled jobs are posted in disguise', async () => {
    const old = await startSimulator({ tenants: 1, forgeVersion: '1.22' });
    const sha = old.forge.head();
    old.forge.setStatus(sha, 'a', 'skipped');
    old.forge.setStatus(sha, 'b', 'cancelled');
    const reply = await gitea(old, `commits/${sha}/statuses?sort=highestindex`);
    expect(reply.body).toMatchObject([
      { context: 'a', status: 'success', description: 'Has been skipped' },
      { context: 'b', status: 'failure', description: 'Has been cancelled' },
    ]);
    await old.close();
  });
});

describe('tokens', () => {
  test('the control token reads variables and nothing else', async () => {
    for (const path of ['branches/main', `commits/${first}/statuses`, `compare/${first}...${second}`]) {
      expect((await gitea(sim, path, { token: sim.tokens.control })).status, path).toBe(403);
    }
  });

  test('without a token everything is a 401', async () => {
    const reply = await gitea(sim, 'branches/main', { headers: { authorization: '' } });
    expect(reply).toMatchObject({ status: 401, body: { message: 'token is required' } });
  });

  test('the journal says whether the token was right, and never the token', async () => {
    await gitea(sim, 'branches/main', { token: 'very-wrong-token' });
    expect(sim.journal.calls('forge.branch').at(-1)).toMatchObject({
      authorizationSent: true,
      authorizationOk: false,
    });
    expect(JSON.stringify(sim.journal)).not.toMatch(/very-wrong-token|simulated-\w+-token/);
  });
});

test("an organisation's variable is read at its own address", async () => {
  const token = sim.tokens.control;
  sim.forge.setVariable('org', 'ONLY_ORG', 'on');
  expect((await gitea(sim, 'actions/variables/ONLY_ORG', { token })).status).toBe(404);
  const reply = await gitea(sim, '/orgs/acme/actions/variables/only_org', { token });
  expect(reply).toMatchObject({ status: 200, body: { name: 'ONLY_ORG', data: 'on', repo_id: 0 } });
  sim.forge.setVariable('org', 'ONLY_ORG', undefined);
  expect((await gitea(sim, '/orgs/acme/actions/variables/ONLY_ORG', { token })).status).toBe(404);
});

test('other repositories, organisations and paths are 404', async () => {
  for (const path of [
    '/repos/acme/other/branches/main',
    '/orgs/other/actions/variables/X',
    '/version',
    'nonsense/%zz',
  ]) {
    expect((await gitea(sim, path)).status, path).toBe(404);
  }
});

test('a posted status without a state, or for an unknown commit, is refused', async () => {
  const post = (sha: string, body: unknown): Promise<Reply> =>
    gitea(sim, `statuses/${sha}`, { method: 'POST', body });
  expect((await post(first, { context: 'x' })).status).toBe(422);
  expect((await post(first, 'no json')).status).toBe(422);
  expect((await post(nobody, { state: 'success', context: 'x' })).status).toBe(404);
});
