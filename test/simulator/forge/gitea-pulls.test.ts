import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { gitea } from '../calls.ts';

let sim: Simulator;

beforeAll(async () => {
  sim = await startSimulator({ tenants: 1 });
  sim.forge.setPull(7, {
    title: 'Deploy by Greenlane',
    body: '## Root cause',
    author: 'ann',
    headSha: sim.forge.head(),
    files: Array.from({ length: 60 }, (_, n) => `.gitea/workflows/${n}.yml`),
    reviews: [
      { user: 'bob', state: 'APPROVED' },
      { user: 'eve', state: 'REQUEST_CHANGES', stale: true },
    ],
    comments: [{ user: 'bob', body: 'looks right' }],
    reviewComments: [{ user: 'eve', body: 'critical: token', path: 'a.yml', resolvedBy: 'ann' }],
  });
  sim.forge.setTeam('sre', ['bob', 'cid']);
  sim.forge.setRunners([
    { name: 'r1', labels: ['publish', 'ubuntu-latest'] },
    { name: 'r2', labels: [], status: 'offline' },
  ]);
});
afterAll(async () => {
  expect(sim.errors).toEqual([]);
  await sim.close();
});

test('a pull request with its files (in pages), reviews and remarks', async () => {
  expect((await gitea(sim, 'pulls/7')).body).toMatchObject({
    number: 7,
    body: '## Root cause',
    user: { login: 'ann' },
    head: { sha: sim.forge.head() },
  });
  expect((await gitea(sim, 'pulls/7/files?limit=50')).body).toHaveLength(50);
  expect((await gitea(sim, 'pulls/7/files?limit=50&page=2')).body).toHaveLength(10);
  expect((await gitea(sim, 'pulls/7/reviews')).body).toMatchObject([
    {
      user: { login: 'bob' },
      state: 'APPROVED',
      stale: false,
      dismissed: false,
      commit_id: sim.forge.head(),
    },
    { user: { login: 'eve' }, state: 'REQUEST_CHANGES', stale: true },
  ]);
  expect((await gitea(sim, 'issues/7/comments')).body).toMatchObject([
    { user: { login: 'bob' }, body: 'looks right' },
  ]);
  expect((await gitea(sim, 'pulls/7/reviews/1/comments')).body).toMatchObject([
    { path: 'a.yml', resolver: { login: 'ann' } },
  ]);
  expect((await gitea(sim, 'pulls/8')).status).toBe(404);
});

test('changing a pull request keeps the rest of it', async () => {
  sim.forge.setPull(7, { body: 'n/a' });
  expect((await gitea(sim, 'pulls/7')).body).toMatchObject({ body: 'n/a', title: 'Deploy by Greenlane' });
});

test('teams and their members', async () => {
  expect((await gitea(sim, '/orgs/acme/teams')).body).toEqual([{ id: 1, name: 'sre' }]);
  expect((await gitea(sim, '/teams/1/members')).body).toEqual([{ login: 'bob' }, { login: 'cid' }]);
  expect((await gitea(sim, '/teams/1/members/bob')).status).toBe(200);
  expect((await gitea(sim, '/teams/1/members/eve')).status).toBe(404);
  expect((await gitea(sim, '/teams/2/members')).status).toBe(404);
});

test('runners with their labels', async () => {
  const reply = await gitea(sim, 'actions/runners');
  expect(reply.body).toMatchObject({
    total_count: 2,
    runners: [
      { name: 'r1', status: 'online', labels: [{ name: 'publish' }, { name: 'ubuntu-latest' }] },
      { name: 'r2', status: 'offline', labels: [] },
    ],
  });
});
