import { describe, expect, onTestFinished, test } from 'vitest';
import { createForge, ForgeError } from '../../src/forge/index.ts';
import { currentRows } from '../../src/rollout/gates.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Answerer } from '../http/loopback.ts';
import { failure, json, serve } from '../http/loopback.ts';

const tokens = { read: 'read', control: 'control' };

async function simulated() {
  const sim = await startSimulator({ tenants: 2 });
  onTestFinished(sim.close);
  const both = { read: sim.tokens.forge, control: sim.tokens.control };
  const forge = createForge({ kind: 'github', url: sim.forge.githubUrl, repo: sim.forge.repo, tokens: both });
  return { sim, forge, head: sim.forge.head() };
}

async function answering(answer: Answerer) {
  const server = await serve(answer);
  return { server, forge: createForge({ kind: 'github', url: server.url, repo: 'acme/core', tokens }) };
}

describe('statuses', () => {
  test('are statuses and check runs together, each page to the empty one', async () => {
    const { sim, forge, head } = await simulated();
    for (let n = 0; n < 230; n += 1) sim.forge.setStatus(head, `ci/${n}`, 'success');
    for (let n = 0; n < 130; n += 1) sim.forge.setCheckRun(head, `build ${n}`, 'completed', 'success');
    const rows = await forge.statuses(head);
    expect(new Set(rows.map((row) => row.context)).size).toBe(360);
    expect(sim.journal.calls('forge.statuses')).toHaveLength(4);
    expect(sim.journal.calls('forge.check-runs')).toHaveLength(3);
  });

  test('I-05: the newest row of a context decides, whether status or check run', async () => {
    const { sim, forge, head } = await simulated();
    sim.forge.setStatus(head, 'ci', 'success');
    sim.forge.setStatus(head, 'ci', 'failure');
    sim.forge.setCheckRun(head, 'build', 'completed', 'failure');
    sim.forge.setCheckRun(head, 'build', 'completed', 'success');
    const current = currentRows(await forge.statuses(head));
    expect(current.get('ci')?.state).toBe('failure');
    expect(current.get('build')?.state).toBe('success');
  });

  test.each([
    ['success', 'failure', 'failure'],
    ['failure', 'success', 'failure'],
    ['success', 'skipped', 'skipped'],
    ['pending', 'success', 'pending'],
    ['success', null, 'pending'],
    ['success', 'success', 'success'],
  ])(
    'of a status (%s) and a check run (%s) with one name the worse counts: %s',
    async (state, conclusion, worst) => {
      const { sim, forge, head } = await simulated();
      sim.forge.setStatus(head, 'noise', 'success');
      sim.forge.setStatus(head, 'build', state);
      sim.forge.setCheckRun(head, 'build', conclusion === null ? 'in_progress' : 'completed', conclusion);
      expect(currentRows(await forge.statuses(head)).get('build')?.state).toBe(worst);
    },
  );

  test('of jobs with one name in two workflows the worse counts, and of one workflow the newest run', async () => {
    const run = (id: number, suite: number, conclusion: string) => ({
      id,
      name: 'build',
      status: 'completed',
      conclusion,
      check_suite: { id: suite },
    });
    let runs = [run(1, 10, 'failure'), run(2, 10, 'success'), run(9, 11, 'success')];
    const { forge } = await answering((seen, response) => {
      const rows = seen.path.endsWith('page=1') ? runs : [];
      json(response, seen.path.includes('check-runs') ? { total_count: 3, check_runs: rows } : []);
    });
    const now = async () => currentRows(await forge.statuses('a'.repeat(40))).get('build')?.state;
    expect(await now()).toBe('success');
    runs = [run(1, 10, 'failure'), run(9, 11, 'success')];
    expect(await now()).toBe('failure');
  });
});

test('branch and comparison', async () => {
  const { sim, forge, head } = await simulated();
  const next = sim.forge.push();
  const side = sim.forge.commit({ parent: head });
  expect(await forge.branchHead('main')).toBe(next);
  expect(await failure(forge.branchHead('nope'), ForgeError)).toMatchObject({ kind: 'not-found' });
  expect(await forge.commitsAhead(head, next)).toBe(1);
  expect(await forge.commitsAhead(next, head)).toBe(0);
  expect(await forge.commitsAhead(next, side)).toBe(1);
  expect(await forge.commitsAhead('f'.repeat(40), head)).toBe('unknown-commit');
});

describe('variable', () => {
  test('is the repository’s, called `value`', async () => {
    const { sim, forge } = await simulated();
    sim.forge.setVariable('repo', 'OFF', 'true');
    expect(await forge.variable('OFF')).toEqual({ state: 'set', value: 'true', scope: 'repository' });
  });

  test('I-07: is not set only where the token sees the repository', async () => {
    let visible = true;
    const { server, forge } = await answering((seen, response) => {
      const there = seen.path === '/repos/acme/core' && visible;
      json(response, there ? { name: 'core' } : { message: 'Not Found' }, there ? 200 : 404);
    });
    expect(await forge.variable('OFF')).toEqual({ state: 'unset' });
    expect(new Set(server.seen.map((seen) => seen.headers.authorization))).toEqual(
      new Set(['Bearer control']),
    );
    visible = false;
    expect(await failure(forge.variable('OFF'), ForgeError)).toMatchObject({ kind: 'not-found' });
  });

  test('I-07: a rate limit is not a lack of rights', async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 30);
    const { forge } = await answering((_, response) => {
      json(response, {}, 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
    });
    const error = await failure(forge.variable('OFF'), ForgeError);
    expect(error).toMatchObject({ kind: 'rate-limited', retryable: true });
    expect(error.retryAfterMs).toBeGreaterThan(20_000);
  });
});

test('postStatus posts, and asks as GitHub wants to be asked', async () => {
  const { server, forge } = await answering((_, response) => json(response, { id: 1 }, 201));
  const sha = 'a'.repeat(40);
  await forge.postStatus(sha, { context: 'greenlane / production', state: 'failure', description: 'x' });
  expect(server.seen[0]).toMatchObject({ method: 'POST', path: `/repos/acme/core/statuses/${sha}` });
  expect(server.seen[0]?.headers).toMatchObject({
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    authorization: 'Bearer read',
  });
});
