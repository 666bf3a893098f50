import { describe, expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { createForge, ForgeError } from '../../src/forge/index.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { failure, json, serve } from '../http/loopback.ts';

describe('on Gitea', () => {
  async function simulated() {
    const sim = await startSimulator({ tenants: 2 });
    onTestFinished(sim.close);
    const both = { read: sim.tokens.forge, control: sim.tokens.control };
    return {
      sim,
      forge: createForge({ kind: 'gitea', url: sim.forge.url, repo: sim.forge.repo, tokens: both }),
    };
  }

  test('a pull request with its reviews, remarks and files, whatever their number', async () => {
    const { sim, forge } = await simulated();
    const files = Array.from({ length: 120 }, (_, n) => `src/file-${n}.ts`);
    sim.forge.setPull(7, {
      title: 'Deploy',
      body: 'Root cause: …',
      author: 'ada',
      headSha: sim.forge.head(),
      files,
      reviews: [
        { user: 'grace', state: 'APPROVED', body: 'fine' },
        { user: 'alan', state: 'REQUEST_CHANGES', stale: true, dismissed: true },
        { user: 'kurt', state: 'NEW_STATE' },
      ],
      comments: [{ user: 'grace', body: 'critical: x' }],
      reviewComments: [{ user: 'alan', body: 'why?', path: 'a.ts', resolvedBy: 'ada' }],
    });
    expect(await forge.pullRequest(7)).toEqual({
      number: 7,
      title: 'Deploy',
      body: 'Root cause: …',
      author: 'ada',
      headSha: sim.forge.head(),
      baseBranch: 'main',
      state: 'open',
    });
    expect(await forge.changedFiles(7)).toEqual(files);
    const reviews = await forge.reviews(7);
    expect(reviews.map(({ user, state, stale, dismissed }) => [user, state, stale, dismissed])).toEqual([
      ['grace', 'approved', false, false],
      ['alan', 'changes-requested', true, true],
      ['kurt', 'unknown', false, false],
    ]);
    expect(reviews[0]).toMatchObject({ body: 'fine', commitId: sim.forge.head() });
    expect(await forge.remarks(7)).toEqual([
      { user: 'grace', body: 'critical: x', resolved: false },
      { user: 'alan', body: 'why?', path: 'a.ts', resolved: true },
    ]);
    expect(await failure(forge.pullRequest(8), ForgeError)).toMatchObject({ kind: 'not-found' });
  });

  test('the members of a team', async () => {
    const { sim, forge } = await simulated();
    sim.forge.setTeam('sre', ['grace']);
    sim.forge.setTeam('security', ['alan', 'ada']);
    expect(await forge.teamMembers('Security')).toEqual(['alan', 'ada']);
    expect((await failure(forge.teamMembers('devops'), UsageError)).message).toContain('devops');
  });

  test('the labels of runners that are online', async () => {
    const { sim, forge } = await simulated();
    sim.forge.setRunners([
      { name: 'a', labels: ['publish', 'ubuntu-latest'] },
      { name: 'b', labels: ['gone'], status: 'offline' },
    ]);
    expect(await forge.runnerLabels()).toEqual(['publish', 'ubuntu-latest']);
  });

  test('the labels are unknown where the forge has no list, or not for this token', async () => {
    for (const status of [403, 404]) {
      const server = await serve((seen, response) => {
        const shown = seen.path.includes('/repos/') && seen.path.endsWith('page=1');
        const runner = { id: 1, status: 'online', labels: [{ name: 'publish' }] };
        if (seen.path.includes('/admin/')) json(response, {}, status);
        else json(response, { runners: shown ? [runner] : null });
      });
      const forge = createForge({ kind: 'gitea', url: server.url, repo: 'acme/core', tokens: { read: 'r' } });
      expect(await forge.runnerLabels()).toBe('unknown');
    }
  });

  test('comments that are not paged are read once', async () => {
    const comments = Array.from({ length: 70 }, (_, id) => ({ id, user: { login: 'ada' }, body: `${id}` }));
    const server = await serve((seen, response) =>
      json(response, seen.path.includes('/comments') ? comments : []),
    );
    const forge = createForge({ kind: 'gitea', url: server.url, repo: 'acme/core', tokens: { read: 'r' } });
    expect(await forge.remarks(1)).toHaveLength(70);
  });
});

test('on GitHub: a pull request with its reviews, remarks, files, teams and runners', async () => {
  const lists: Record<string, unknown[]> = {
    '/repos/acme/core/pulls/7/reviews': [
      {
        id: 1,
        user: { login: 'grace' },
        state: 'APPROVED',
        body: null,
        commit_id: 'abc',
        submitted_at: '2026-01-01T00:00:00Z',
      },
      { id: 2, user: null, state: 'DISMISSED', body: 'x' },
    ],
    '/repos/acme/core/issues/7/comments': [{ id: 1, user: { login: 'ada' }, body: 'hello' }],
    '/repos/acme/core/pulls/7/comments': [{ id: 2, user: { login: 'alan' }, body: 'why?', path: 'a.ts' }],
    '/repos/acme/core/pulls/7/files': [{ filename: 'b.ts', previous_filename: 'a.ts' }, { filename: 'c.ts' }],
    '/orgs/acme/teams/sre/members': [{ login: 'grace' }],
  };
  const pull = {
    number: 7,
    title: 't',
    body: null,
    state: 'open',
    user: { login: 'ada' },
    head: { sha: 'abc' },
    base: { ref: 'main' },
  };
  const runner = { id: 3, status: 'online', labels: [{ name: 'publish' }] };
  const server = await serve((seen, response) => {
    const { pathname, searchParams } = new URL(seen.path, 'http://x');
    const rows = searchParams.get('page') === '1';
    if (pathname === '/repos/acme/core/pulls/7') json(response, pull);
    else if (pathname.endsWith('/actions/runners'))
      json(response, { total_count: 1, runners: rows ? [runner] : [] });
    else json(response, rows ? (lists[pathname] ?? []) : []);
  });
  const forge = createForge({ kind: 'github', url: server.url, repo: 'acme/core', tokens: { read: 'r' } });
  expect(await forge.pullRequest(7)).toMatchObject({
    author: 'ada',
    headSha: 'abc',
    body: '',
    baseBranch: 'main',
  });
  expect(await forge.reviews(7)).toMatchObject([
    { user: 'grace', state: 'approved', commitId: 'abc', dismissed: false },
    { user: '', state: 'unknown', dismissed: true },
  ]);
  expect(await forge.remarks(7)).toMatchObject([{ user: 'ada' }, { user: 'alan', path: 'a.ts' }]);
  expect(await forge.changedFiles(7)).toEqual(['b.ts', 'a.ts', 'c.ts']);
  expect(await forge.teamMembers('sre')).toEqual(['grace']);
  expect(await forge.runnerLabels()).toEqual(['publish']);
});
