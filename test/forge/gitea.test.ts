import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError, UsageError } from '../../src/errors.ts';
import type { Forge } from '../../src/forge/index.ts';
import { createForge, ForgeError, MissingTokenError } from '../../src/forge/index.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { currentRows } from '../../src/rollout/gates.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/index.ts';
import type { Answerer } from '../http/loopback.ts';
import { failure, json, nobody, serve } from '../http/loopback.ts';

const sha = 'f09b5c9208a2d159b85b4001eeab6cbb26395375';
const tokens = { read: 'read-token-hunter22', control: 'control-token-hunter22' };

interface Recorded {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

function recorded(name: string): Recorded {
  return JSON.parse(
    readFileSync(new URL(`../fixtures/gitea/${name}.json`, import.meta.url), 'utf8'),
  ) as Recorded;
}

/** A forge that gives recorded answers by the first pattern that fits the path; anything else is a 418. */
async function replaying(answers: readonly (readonly [RegExp, Recorded])[]) {
  const server = await serve((seen, response) => {
    const found = answers.find(([pattern]) => pattern.test(seen.path))?.[1];
    json(response, found?.body, found?.status ?? 418, found?.headers);
  });
  return { server, forge: createForge({ kind: 'gitea', url: server.url, repo: 'acme/core', tokens }) };
}

async function answering(answer: Answerer): Promise<Forge> {
  const server = await serve(answer);
  return createForge({ kind: 'forgejo', url: `${server.url}/`, repo: 'acme/core', tokens });
}

async function simulated(options: Partial<SimulatorOptions> = {}): Promise<{ sim: Simulator; forge: Forge }> {
  const sim = await startSimulator({ tenants: 2, ...options });
  onTestFinished(sim.close);
  const both = { read: sim.tokens.forge, control: sim.tokens.control };
  return {
    sim,
    forge: createForge({ kind: 'gitea', url: sim.forge.url, repo: sim.forge.repo, tokens: both }),
  };
}

describe('statuses', () => {
  test('reads the recorded pages: state from `status`, skipped and cancelled by state', async () => {
    // Recorded as page 3, of which a server without the two before it would say nothing.
    const only = { ...recorded('statuses-oldest-first'), headers: {} };
    const { server, forge } = await replaying([
      [/page=1$/, only],
      [/page=2$/, recorded('statuses-past-the-end')],
    ]);
    const rows = await forge.statuses(sha);
    const state = (context: string) => currentRows(rows).get(context)?.state;
    expect(state('s / skipped (push)')).toBe('skipped');
    expect(state('s / cancelled (push)')).toBe('cancelled');
    expect(state('s / warning (push)')).toBe('warning');
    expect(state('s / failure (push)')).toBe('failure');
    expect(state('noise / job 9 (push)')).toBe('success');
    expect(rows.find(({ id }) => id === 120)).toEqual({
      id: 120,
      context: 's / error (push)',
      state: 'error',
      description: '',
      url: '',
      at: '2026-11-21T12:16:38Z',
    });
    expect(server.seen.map((seen) => seen.path)).toEqual(
      [1, 2].map(
        (n) => `/api/v1/repos/acme/core/commits/${sha}/statuses?sort=highestindex&limit=50&page=${n}`,
      ),
    );
    expect(server.seen[0]?.headers.authorization).toBe('token read-token-hunter22');
  });

  test('reads the recorded first page of the default order just as well', async () => {
    const { forge } = await replaying([
      [/page=1$/, { ...recorded('statuses-page-1-of-3'), headers: {} }],
      [/page=2$/, recorded('statuses-past-the-end')],
    ]);
    const { body } = recorded('statuses-page-1-of-3');
    expect(await forge.statuses(sha)).toHaveLength((body as unknown[]).length);
  });

  test('I-04: 500 rows cost 11 requests, and the success on the last page is seen', async () => {
    const { sim, forge } = await simulated();
    const head = sim.forge.head();
    for (let n = 0; n < 499; n += 1) sim.forge.setStatus(head, `noise / job ${n % 34} (push)`, 'success');
    sim.forge.setStatus(head, 'CI / all-required (push)', 'success');
    const rows = await forge.statuses(head);
    expect(rows).toHaveLength(500);
    expect(currentRows(rows).get('CI / all-required (push)')?.state).toBe('success');
    expect(sim.journal.calls('forge.statuses')).toHaveLength(11);
  });

  test('I-04: every row of any number, in any order, cut into pages of any size', async () => {
    let rows: { id: number; status: string; context: string }[] = [];
    let clamp = 50;
    let requests = 0;
    const forge = await answering((seen, response) => {
      requests += 1;
      const page = Number(new URL(seen.path, 'http://x').searchParams.get('page'));
      json(response, rows.slice((page - 1) * clamp, page * clamp));
    });
    const row = fc.record({
      id: fc.integer({ min: 1 }),
      status: fc.constantFrom('success', 'failure', 'pending', 'warning', 'skipped'),
      context: fc.constantFrom('a', 'b', 'c'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(row, { maxLength: 130, selector: ({ id }) => id }),
        fc.integer({ min: 1, max: 50 }),
        async (all, size) => {
          [rows, clamp, requests] = [all, size, 0];
          const read = await forge.statuses(sha);
          expect(read.map(({ id, context, state }) => ({ id, status: state, context }))).toEqual(all);
          expect(requests).toBe(Math.ceil(all.length / size) + 1);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('I-06: up to 1.24 a skipped job shows as success and a cancelled one as failure; the description tells', async () => {
    const { sim, forge } = await simulated({ forgeVersion: '1.22' });
    const head = sim.forge.head();
    sim.forge.setStatus(head, 'a', 'skipped');
    sim.forge.setStatus(head, 'b', 'cancelled');
    const rows = await forge.statuses(head);
    expect(rows.map(({ context, state }) => [context, state])).toEqual([
      ['a', 'skipped'],
      ['b', 'cancelled'],
    ]);
  });

  test('a row posted while the pages are read hides none', async () => {
    const { sim, forge } = await simulated();
    const head = sim.forge.head();
    for (let n = 0; n < 60; n += 1) sim.forge.setStatus(head, `job ${n}`, 'success');
    const release = sim.fault({ where: 'forge.statuses', kind: 'hold', match: 'page=2' });
    const reading = forge.statuses(head);
    await sim.journal.until('forge.statuses', (entry) => entry.path.endsWith('page=2'));
    for (let n = 0; n < 45; n += 1) sim.forge.setStatus(head, `late ${n}`, 'pending');
    release();
    const contexts = new Set((await reading).map((row) => row.context));
    for (let n = 0; n < 60; n += 1) expect(contexts).toContain(`job ${n}`);
  });

  test('rows that were announced and did not come are an error, not a shorter list', async () => {
    const forge = await answering((_, response) => json(response, [], 200, { 'X-Total-Count': '120' }));
    const error = await failure(forge.statuses(sha), ForgeError);
    expect(error).toMatchObject({ kind: 'unexpected-answer', retryable: true });
    expect(error.message).toContain('120 rows were announced and 0 came');
  });

  test('a server that ignores the page number is an error, not an endless loop', async () => {
    const forge = await answering((_, response) =>
      json(response, [{ id: 1, status: 'success', context: 'a' }]),
    );
    const error = await failure(forge.statuses(sha), ForgeError);
    expect(error).toMatchObject({ kind: 'unexpected-answer', retryable: false });
  });

  test('a commit the forge does not know is an error', async () => {
    const { forge } = await replaying([[/statuses/, recorded('statuses-unknown-sha')]]);
    expect(await failure(forge.statuses(sha), ForgeError)).toMatchObject({ kind: 'not-found', status: 404 });
  });

  test.each([['main'], ['2863'], ['../../orgs/x'], ['g'.repeat(40)], ['']])(
    '%j is not taken for a SHA',
    async (text) => {
      const { server, forge } = await replaying([]);
      await failure(forge.statuses(text), UsageError);
      expect(server.seen).toEqual([]);
    },
  );
});

describe('branches and comparisons', () => {
  test('read the recorded answers', async () => {
    const { server, forge } = await replaying([
      [/branches\/main$/, recorded('branch')],
      [/branches\/nope$/, recorded('branch-missing')],
      [/compare\/aaaaaaa\.\.\.bbbbbbb$/, recorded('compare-ahead')],
      [/compare\/bbbbbbb\.\.\.aaaaaaa$/, recorded('compare-behind')],
      [/compare\/f{40}/, recorded('compare-unknown')],
    ]);
    expect(await forge.branchHead('main')).toBe(sha);
    expect(await failure(forge.branchHead('nope'), ForgeError)).toMatchObject({ kind: 'not-found' });
    expect(await forge.commitsAhead('aaaaaaa', 'bbbbbbb')).toBe(1);
    expect(await forge.commitsAhead('bbbbbbb', 'aaaaaaa')).toBe(0);
    expect(await forge.commitsAhead('f'.repeat(40), sha)).toBe('unknown-commit');
    expect(new Set(server.seen.map((seen) => seen.headers.authorization))).toEqual(
      new Set(['token read-token-hunter22']),
    );
  });

  test('a branch name keeps its slashes and cannot leave its place', async () => {
    const { server, forge } = await replaying([[/branches/, recorded('branch')]]);
    await forge.branchHead('feature/a b?c');
    expect(server.seen[0]?.path).toBe('/api/v1/repos/acme/core/branches/feature/a%20b%3Fc');
    await failure(forge.branchHead('../../../admin'), UsageError);
  });

  test('a head that is no SHA is an unreadable answer', async () => {
    const forge = await answering((_, response) => json(response, { commit: { id: 'hunter22' } }));
    const error = await failure(forge.branchHead('main'), ForgeError);
    expect(error).toMatchObject({ kind: 'unexpected-answer', retryable: true });
    expect(error.message).toContain('commit.id should be text of the form');
    expect(error.message).not.toContain('hunter22');
  });
});

describe('variable', () => {
  const repository = /\/repos\/acme\/core\/actions\/variables\//;
  const organisation = /\/orgs\/acme\/actions\/variables\//;

  test('is the repository’s, read with the control token', async () => {
    const { server, forge } = await replaying([[repository, recorded('variable-set')]]);
    expect(await forge.variable('X')).toEqual({ state: 'set', value: 'true', scope: 'repository' });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.headers.authorization).toBe('token control-token-hunter22');
  });

  test('else the organisation’s', async () => {
    const { forge } = await replaying([
      [repository, recorded('variable-unset')],
      [organisation, recorded('variable-set')],
    ]);
    expect(await forge.variable('X')).toEqual({ state: 'set', value: 'true', scope: 'organisation' });
  });

  test('I-07: 404 from both means not set', async () => {
    const { server, forge } = await replaying([[/variables/, recorded('variable-unset')]]);
    expect(await forge.variable('X')).toEqual({ state: 'unset' });
    expect(server.seen).toHaveLength(2);
  });

  test('I-07: 403 is a lasting lack of rights', async () => {
    const { forge } = await replaying([[/variables/, recorded('variable-read-only-token')]]);
    expect(await forge.variable('X')).toEqual({ state: 'forbidden' });
    const half = await replaying([
      [repository, recorded('variable-unset')],
      [organisation, recorded('variable-read-only-token')],
    ]);
    expect(await half.forge.variable('X')).toEqual({ state: 'forbidden' });
  });

  test('I-07: a revoked token is neither "not set" nor a lack of rights', async () => {
    const { forge } = await replaying([[/variables/, recorded('variable-bad-token')]]);
    const error = await failure(forge.variable('X'), ForgeError);
    expect(error).toMatchObject({ kind: 'unauthorised', status: 401, retryable: false });
    expect(error.message).toContain('PROD_AUTO_DEPLOY_CONTROL_TOKEN');
  });

  test('I-07: a repository that the token may not see is not a variable that is not set', async () => {
    const hidden = recorded('branch-missing');
    const { forge } = await replaying([[/./, hidden]]);
    expect(await failure(forge.variable('X'), ForgeError)).toMatchObject({ kind: 'not-found', status: 404 });
    const visible = { ...hidden, status: 200, body: { name: 'core' } };
    const other = await replaying([
      [/variables/, hidden],
      [/\/repos\/acme\/core$/, visible],
    ]);
    expect(await other.forge.variable('X')).toEqual({ state: 'unset' });
  });

  test.each([[500], [502], [429], [301], [400], [418]])('I-07: status %d is an error', async (status) => {
    const forge = await answering((_, response) => json(response, { data: 'false' }, status));
    await failure(forge.variable('X'), ForgeError);
  });

  test.each([['<html>'], ['{"name":"X"}'], ['{"data":true}'], ['[]'], ['']])(
    'I-07: a 200 with %j is an error, not "not set"',
    async (body) => {
      const forge = await answering((_, response) => void response.end(body));
      expect(await failure(forge.variable('X'), ForgeError)).toMatchObject({ kind: 'unexpected-answer' });
    },
  );

  test('in the simulator: repository before organisation, any scope taken away again', async () => {
    const { sim, forge } = await simulated();
    expect(await forge.variable('OFF')).toEqual({ state: 'unset' });
    sim.forge.setVariable('org', 'OFF', 'yes');
    expect(await forge.variable('OFF')).toMatchObject({ value: 'yes', scope: 'organisation' });
    sim.forge.setVariable('repo', 'OFF', 'no');
    expect(await forge.variable('OFF')).toMatchObject({ value: 'no', scope: 'repository' });
    expect(sim.journal.calls('forge.variable').every((entry) => entry.authorizationOk)).toBe(true);
  });
});

describe('tokens', () => {
  const some = {
    kind: 'gitea',
    repo: 'acme/core',
    tokenVariables: { read: 'A_TOKEN', control: 'B_TOKEN' },
  } as const;

  test('a missing one is missed by name, nothing stands in for it, and nothing is sent', async () => {
    const server = await serve((_, response) => json(response, {}));
    const control = createForge({ ...some, url: server.url, tokens: { control: 'c' } });
    const read = createForge({ ...some, url: server.url, tokens: { read: 'r', control: ' ' } });
    expect((await failure(control.statuses(sha), MissingTokenError)).variable).toBe('A_TOKEN');
    expect((await failure(control.branchHead('main'), MissingTokenError)).variable).toBe('A_TOKEN');
    const status = { context: 'x', state: 'pending', description: '' } as const;
    expect((await failure(control.postStatus(sha, status), MissingTokenError)).variable).toBe('A_TOKEN');
    const error = await failure(read.variable('X'), MissingTokenError);
    expect(error.message).toMatch(/^B_TOKEN is not set, and nothing else stands in for it\./);
    expect(server.seen).toEqual([]);
  });

  test('I-23: are in no failure', async () => {
    const url = await nobody();
    const forge = createForge({ kind: 'gitea', url, repo: 'acme/core', tokens });
    const error = await failure(forge.variable('X'), ForgeError);
    expect(error).toMatchObject({ kind: 'unreachable', retryable: true });
    expect(inspect([error, forge], { depth: 9, showHidden: true })).not.toContain('hunter22');
  });

  test.each([
    ['http://git.example', /plain http/],
    ['https://user:hunter22@git.example', /user name/],
    ['git.example', /no absolute URL/],
  ])('are not sent to %s', (url, why) => {
    expect(() => createForge({ kind: 'gitea', url, repo: 'acme/core', tokens })).toThrow(why);
  });

  test.each([['core'], ['a/b/c'], ['../x'], ['acme/..%2f'], ['']])('%j is no repository', (repo) => {
    expect(() => createForge({ kind: 'gitea', url: 'https://git.example', repo, tokens })).toThrow(
      ConfigurationError,
    );
  });
});

describe('failures', () => {
  test.each([
    [401, {}, { kind: 'unauthorised', retryable: false }],
    [403, {}, { kind: 'forbidden', retryable: false }],
    [403, { 'retry-after': '3' }, { kind: 'rate-limited', retryable: true, retryAfterMs: 3_000 }],
    [429, {}, { kind: 'rate-limited', retryable: true }],
    [500, {}, { kind: 'unexpected-answer', retryable: true }],
    [503, { 'retry-after': '9' }, { kind: 'unreachable', retryable: true, retryAfterMs: 9_000 }],
    [302, { location: 'https://evil.example' }, { kind: 'unexpected-answer', retryable: false }],
    [422, {}, { kind: 'unexpected-answer', retryable: false }],
  ] as const)('status %d %j is %j', async (status, headers, expected) => {
    const forge = await answering((_, response) => json(response, { message: 'hunter22' }, status, headers));
    const error = await failure(forge.branchHead('main'), ForgeError);
    expect(error).toMatchObject({ status, ...expected });
    expect(error.message).toContain('the branch main');
    expect(inspect(error)).not.toContain('hunter22');
  });

  test('a page of a proxy is an unexpected answer that may be asked for again', async () => {
    const forge = await answering((_, response) => void response.end('<html>hunter22</html>'));
    const error = await failure(forge.statuses(sha), ForgeError);
    expect(error).toMatchObject({ kind: 'unexpected-answer', retryable: true });
    expect(error.message).toContain('the body should be JSON');
  });

  test('a cancelled call is no failure of the forge', async () => {
    const { sim, forge } = await simulated();
    sim.fault({ where: 'forge', kind: 'hang' });
    const controller = new AbortController();
    const call = forge.branchHead('main', { signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    expect((await failure(call, HttpFailure)).kind).toBe('aborted');
  });

  test('a forge that hangs costs the time that was given', async () => {
    const { sim, forge } = await simulated();
    sim.fault({ where: 'forge', kind: 'hang' });
    const error = await failure(forge.branchHead('main', { timeoutMs: 60 }), ForgeError);
    expect(error).toMatchObject({ kind: 'unreachable', retryable: true });
  });
});

test('postStatus posts context, state, one short line and the link', async () => {
  const { server, forge } = await replaying([[/statuses/, recorded('status-created')]]);
  const description = `wave 1 of 3\n::error::${'x'.repeat(200)}`;
  await forge.postStatus(sha, {
    context: 'greenlane / production',
    state: 'pending',
    description,
    targetUrl: 'https://t.example/1',
  });
  expect(server.seen[0]).toMatchObject({ method: 'POST', path: `/api/v1/repos/acme/core/statuses/${sha}` });
  const body = JSON.parse(server.seen[0]?.body ?? '') as Record<string, string>;
  expect(body).toMatchObject({
    context: 'greenlane / production',
    state: 'pending',
    target_url: 'https://t.example/1',
  });
  expect(body['description']).toHaveLength(140);
  expect(body['description']).toMatch(/^wave 1 of 3 ::error::x+…$/);
});
