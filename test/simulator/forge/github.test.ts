import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { github } from '../calls.ts';

let sim: Simulator;
let root: string;
let left: string;
let right: string;

beforeAll(async () => {
  sim = await startSimulator({ tenants: 1 });
  root = sim.forge.head();
  left = sim.forge.push();
  right = sim.forge.commit({ parent: root });
});
afterAll(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

test('statuses carry the state in `state`, newest first, up to 100 a page', async () => {
  for (let n = 0; n < 130; n++) sim.forge.setStatus(left, `job ${n}`, 'success');
  const reply = await github(sim, `commits/${left}/statuses?per_page=1000`);
  const rows = reply.body as { id: number; state: string; status?: string }[];
  expect(rows).toHaveLength(100);
  expect(rows[0]).toMatchObject({ id: 130, state: 'success', context: 'job 129' });
  expect(rows[0]?.status).toBeUndefined();
  expect(reply.headers['link']).toMatch(/page=2&per_page=1000>; rel="next"/);
  expect(reply.headers['x-total-count']).toBeUndefined();
  expect((await github(sim, `commits/${left}/statuses`)).body).toHaveLength(30);
  expect((await github(sim, `commits/${left}/statuses?per_page=100&page=2`)).body).toHaveLength(30);
});

test('states GitHub does not know show as what it would have posted', async () => {
  for (const state of ['warning', 'skipped', 'cancelled']) sim.forge.setStatus(right, state, state);
  expect((await github(sim, `commits/${right}/statuses`)).body).toMatchObject([
    { context: 'cancelled', state: 'failure' },
    { context: 'skipped', state: 'success' },
    { context: 'warning', state: 'success' },
  ]);
  expect((await github(sim, `commits/${right}/status`)).body).toMatchObject({
    state: 'failure',
    total_count: 3,
  });
});

test('check runs: the latest of each name, or all', async () => {
  sim.forge.setCheckRun(left, 'build', 'completed', 'failure');
  sim.forge.setCheckRun(left, 'build', 'completed', 'success');
  sim.forge.setCheckRun(left, 'lint', 'in_progress');
  const latest = await github(sim, `commits/${left}/check-runs?filter=latest&per_page=100`);
  expect(latest.body).toMatchObject({
    total_count: 2,
    check_runs: [
      { name: 'lint', status: 'in_progress', conclusion: null, completed_at: null, head_sha: left },
      { name: 'build', status: 'completed', conclusion: 'success' },
    ],
  });
  expect((await github(sim, `commits/${left}/check-runs?filter=all`)).body).toMatchObject({ total_count: 3 });
  expect((await github(sim, `commits/${left}/check-runs?check_name=build`)).body).toMatchObject({
    total_count: 1,
  });
  expect((await github(sim, `commits/${left}/check-runs?per_page=1&page=2`)).body).toMatchObject({
    total_count: 2,
    check_runs: [{ name: 'build' }],
  });
});

test('the head of a branch is in commit.sha', async () => {
  expect((await github(sim, 'branches/main')).body).toMatchObject({ name: 'main', commit: { sha: left } });
  expect(await github(sim, 'branches/nope')).toMatchObject({
    status: 404,
    body: { message: 'Branch not found' },
  });
});

describe('compare', () => {
  test('says ahead, behind, identical and diverged', async () => {
    const compare = async (a: string, b: string): Promise<unknown> =>
      (await github(sim, `compare/${a}...${b}`)).body;
    expect(await compare(root, left)).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      behind_by: 0,
      total_commits: 1,
      commits: [{ sha: left }],
    });
    expect(await compare(left, root)).toMatchObject({
      status: 'behind',
      ahead_by: 0,
      behind_by: 1,
      total_commits: 0,
    });
    expect(await compare(left, left)).toMatchObject({ status: 'identical', ahead_by: 0, behind_by: 0 });
    expect(await compare(left, right)).toMatchObject({
      status: 'diverged',
      ahead_by: 1,
      behind_by: 1,
      merge_base_commit: { sha: root },
    });
  });

  test('is a 404 for an unknown SHA', async () => {
    expect((await github(sim, `compare/${'f'.repeat(40)}...${left}`)).status).toBe(404);
  });
});

test('variables have a `value`; unset is a 404, the wrong token a 403, an unknown one a 401', async () => {
  sim.forge.setVariable('repo', 'SWITCH', 'true');
  sim.forge.setVariable('org', 'SWITCH', 'false');
  const read = (path: string, token: string = sim.tokens.control) => github(sim, path, { token });
  expect((await read('actions/variables/SWITCH')).body).toMatchObject({ name: 'SWITCH', value: 'true' });
  expect((await read('/orgs/acme/actions/variables/SWITCH')).body).toMatchObject({ value: 'false' });
  expect((await read('actions/variables/NOPE')).status).toBe(404);
  expect((await read('actions/variables/SWITCH', sim.tokens.forge)).status).toBe(403);
  expect(await read('actions/variables/SWITCH', 'x')).toMatchObject({
    status: 401,
    body: { message: 'Bad credentials' },
  });
  expect((await github(sim, 'branches/main', { headers: { authorization: '' } })).status).toBe(404);
});

test('a posted status is stored and shows in the other API too; an unknown state is refused', async () => {
  const post = (body: unknown) => github(sim, `statuses/${root}`, { method: 'POST', body });
  expect(
    await post({ state: 'pending', context: 'greenlane / production', description: 'queued' }),
  ).toMatchObject({
    status: 201,
    body: { state: 'pending', context: 'greenlane / production', description: 'queued' },
  });
  expect((await post({ state: 'skipped', context: 'x' })).status).toBe(422);
  expect(sim.forge.statusesPosted(root)).toMatchObject([{ context: 'greenlane / production' }]);
});

test('commits nobody knows are a 422, other paths a 404', async () => {
  expect((await github(sim, `commits/${'f'.repeat(40)}/statuses`)).status).toBe(422);
  expect((await github(sim, `commits/${'f'.repeat(40)}/check-runs`)).status).toBe(422);
  expect((await github(sim, '/repos/acme/other/branches/main')).status).toBe(404);
});
