import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createControlPlane } from '../../src/control-plane/client.ts';
import { createForge, type Forge } from '../../src/forge/index.ts';
import { createRegistry } from '../../src/registry/client.ts';
import { currentRows } from '../../src/rollout/gates.ts';
import { readBuildinfo } from '../../src/tenants/buildinfo.ts';
import { serve } from '../http/loopback.ts';
import { fuzz, FUZZ_TIMEOUT_MS } from './fuzz.ts';
import { mutatedJson } from './mutations.ts';
import { PLANTED, read, SLUG } from './oracles.ts';

const sha = 'f09b5c9208a2d159b85b4001eeab6cbb26395375';
const other = '0123456789'.repeat(4);
const tokens = { read: 'read-token', control: 'control-token' };

const recorded = (name: string): unknown =>
  (
    JSON.parse(readFileSync(new URL(`../fixtures/gitea/${name}.json`, import.meta.url), 'utf8')) as {
      body: unknown;
    }
  ).body;

/** One answer of a server: mostly 200, now and then what upstreams come and go with. */
interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function answers(...originals: readonly unknown[]): fc.Arbitrary<Answered> {
  return fc.record({
    status: fc.oneof(
      { weight: 9, arbitrary: fc.constant(200) },
      { weight: 1, arbitrary: fc.constantFrom(201, 204, 301, 400, 401, 403, 404, 418, 429, 500, 502, 503) },
    ),
    headers: fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Record<string, string>>(
          { 'x-total-count': '1e9' },
          { 'x-total-count': '-1' },
          { 'retry-after': '99999999999' },
          { 'retry-after': 'Sun, 99 Nov 9999 99:99:99 GMT' },
          { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1e308' },
          { 'content-type': 'text/html' },
          { 'www-authenticate': `Bearer realm="http://evil.example/${PLANTED}"` },
        ),
      },
    ),
    // What can stand on a wire: half a pair of surrogates cannot.
    body: mutatedJson(...originals).map((text) => Buffer.from(text).toString()),
  });
}

/** A server that answers what it is told: the first page, and the empty one after it. */
async function told(empty = '[]') {
  let next: Answered = { status: 200, headers: {}, body: empty };
  const server = await serve(({ path }, response) => {
    const { status, headers, body } = /page=(?!1$)/.test(path)
      ? { status: 200, headers: {}, body: empty }
      : next;
    response.writeHead(status, headers).end(body);
  });
  return {
    url: server.url,
    tell: (answer: Answered) => {
      server.seen.length = 0;
      next = answer;
    },
    seen: server.seen,
  };
}

/** The rows of a body as anybody would read them who knows no schema. */
function plainRows(body: string, list: (value: unknown) => unknown): Record<string, unknown>[] {
  const rows = list(JSON.parse(body));
  return Array.isArray(rows)
    ? rows.filter((row): row is Record<string, unknown> => typeof row === 'object' && row !== null)
    : [];
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A gate may be green only where the highest row of its context says `success` in so many words, and not skipped. */
function expectHonest(
  body: string,
  rows: Awaited<ReturnType<Forge['statuses']>>,
  stateKey: 'state' | 'status',
): void {
  const plain = plainRows(body, (value) => value);
  for (const [context, row] of currentRows(rows)) {
    if (row.state !== 'success') continue;
    const same = plain.filter((one) => one['context'] === context);
    const highest = Math.max(...same.map(({ id }) => Number(id)));
    const deciding = same.filter(({ id }) => Number(id) === highest);
    expect(deciding.length).toBeGreaterThan(0);
    expect(deciding.every((one) => asText(one[stateKey]).trim().toLowerCase() === 'success')).toBe(true);
    expect(deciding.some(({ description }) => /^has been skipped/i.test(asText(description)))).toBe(false);
  }
}

describe('a mutated answer of Gitea or Forgejo', () => {
  it(
    'about statuses is refused, or no context is green that its newest row does not call so',
    async () => {
      const server = await told();
      const forge = createForge({ kind: 'gitea', url: server.url, repo: 'acme/core', tokens });
      await fuzz(
        answers(recorded('statuses-oldest-first'), recorded('statuses-page-1-of-3')),
        async (answer) => {
          server.tell(answer);
          const rows = await read(() => forge.statuses(sha));
          if (rows === undefined) return;
          expect(answer.status).toBeLessThan(300);
          expectHonest(answer.body, rows.value, 'status');
        },
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'about a branch, a comparison or a variable is refused, or says what stands in it',
    async () => {
      const server = await told();
      const forge = createForge({ kind: 'forgejo', url: server.url, repo: 'acme/core', tokens });
      await fuzz(
        answers(recorded('branch'), recorded('compare-ahead'), recorded('variable-set')),
        async (answer) => {
          server.tell(answer);
          const head = await read(() => forge.branchHead('main'));
          if (head !== undefined) expect(head.value).toMatch(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
          const ahead = await read(() => forge.commitsAhead(sha, other));
          if (ahead !== undefined && ahead.value !== 'unknown-commit')
            expect(Number.isSafeInteger(ahead.value) && ahead.value >= 0).toBe(true);
          if (ahead?.value === 'unknown-commit') expect(answer.status).toBe(404);
          const variable = await read(() => forge.variable('PROD_AUTO_DEPLOY_DISABLED'));
          // Only 404 means that the kill switch is not set (I-07), and this server says so of the repository as well.
          expect(variable?.value.state).not.toBe('unset');
          if (variable?.value.state === 'set') expect(answer.body).toContain('data');
        },
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe('a mutated answer of GitHub', () => {
  const status = {
    id: 7,
    context: 'CI / test (push)',
    state: 'success',
    description: 'ok',
    target_url: null,
  };
  const checks = {
    total_count: 2,
    check_runs: [
      { id: 1, name: 'lint', status: 'completed', conclusion: 'success', check_suite: { id: 3 } },
      { id: 2, name: 'test', status: 'in_progress', conclusion: null, output: { title: null } },
    ],
  };

  it(
    'about statuses and check runs is refused, or nothing is green that did not succeed',
    async () => {
      let next: Answered = { status: 200, headers: {}, body: '[]' };
      const server = await serve(({ path }, response) => {
        const runs = path.includes('check-runs');
        const first = /page=1$/.test(path) && runs;
        response
          .writeHead(first ? next.status : 200, first ? next.headers : {})
          .end(first ? next.body : runs ? '{"check_runs":[]}' : '[]');
      });
      const forge = createForge({ kind: 'github', url: server.url, repo: 'acme/core', tokens });
      await fuzz(answers(checks), async (answer) => {
        next = answer;
        const rows = await read(() => forge.statuses(sha));
        for (const { context, state } of rows?.value ?? []) {
          if (state !== 'success') continue;
          const runs = plainRows(answer.body, (value) => (value as typeof checks).check_runs);
          const same = runs.filter(({ name }) => name === context);
          expect(same.some((run) => run['status'] === 'completed' && run['conclusion'] === 'success')).toBe(
            true,
          );
        }
      });
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'about statuses alone is refused, or nothing is green that did not succeed',
    async () => {
      let next: Answered = { status: 200, headers: {}, body: '[]' };
      const server = await serve(({ path }, response) => {
        const first = /\/statuses.*page=1$/.test(path);
        const rest = path.includes('check-runs') ? '{"check_runs":[]}' : '[]';
        response
          .writeHead(first ? next.status : 200, first ? next.headers : {})
          .end(first ? next.body : rest);
      });
      const forge = createForge({ kind: 'github', url: server.url, repo: 'acme/core', tokens });
      await fuzz(
        answers([status, { ...status, id: 8, state: 'failure' }, { ...status, id: 9, context: 'lint' }]),
        async (answer) => {
          next = answer;
          const rows = await read(() => forge.statuses(sha));
          if (rows !== undefined) expectHonest(answer.body, rows.value, 'state');
        },
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe('a mutated answer of the control plane', () => {
  const result = { slug: 'acme', phase: 'batch', ssm_status: 'Success', ssm_exit_code: 0, healthz_ok: true };
  const asked = ['acme', 'globex', 'initech'];
  const dryRun = {
    ok: true,
    results: asked.map((slug) => ({ slug, phase: 'fleet', ssm_status: 'DryRun', error: PLANTED })),
  };
  const wave = {
    ok: true,
    results: asked.map((slug) => ({ ...result, slug, verified_on_target: true, error: PLANTED })),
    error: PLANTED,
  };

  it(
    'to a dry run is refused, or lists tenants by slugs that can stand in a URL, each once',
    async () => {
      const server = await told();
      const controlPlane = createControlPlane({ url: server.url, token: 'admin-token' });
      await fuzz(answers(dryRun), async (answer) => {
        server.tell(answer);
        const fleet = await read(() => controlPlane.enumerate());
        if (fleet === undefined) return;
        const { slugs } = fleet.value;
        expect(slugs.length).toBeGreaterThan(0);
        expect(slugs.filter((slug) => !SLUG.test(slug))).toEqual([]);
        expect(new Set(slugs).size).toBe(slugs.length);
        const listed = plainRows(answer.body, (value) => (value as typeof dryRun).results);
        expect(listed.map(({ slug }) => slug).toSorted()).toEqual(slugs);
        expect(listed.some(({ ssm_status: said }) => said === 'Success')).toBe(false);
      });
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'to a wave is a doubt, a refusal, or speaks of each tenant that was asked for and of no other',
    async () => {
      const server = await told();
      const controlPlane = createControlPlane({ url: server.url, token: 'admin-token' });
      const call = { targetTag: 'staging-0123456', slugs: asked, idempotencyKey: 'k', epoch: 1 };
      await fuzz(answers(wave), async (answer) => {
        server.tell(answer);
        const said = await controlPlane.redeploy({ ...call, timeoutMs: 10_000 });
        // A wave goes out once, whatever came back (I-31).
        expect(server.seen).toHaveLength(1);
        expect(JSON.stringify(said)).not.toContain(PLANTED);
        if (said.kind !== 'answered') return;
        expect(answer.status).toBe(200);
        const reported = said.results.map(({ slug }) => slug);
        expect([...reported, ...said.missing].toSorted()).toEqual(asked);
        const listed = plainRows(answer.body, (value) => (value as typeof wave).results);
        for (const { slug, health, claimed } of said.results) {
          const [row, twice] = listed.filter((one) => one['slug'] === slug);
          expect(twice).toBeUndefined();
          if (health === 'ok') expect(row?.['healthz_ok']).toBe(true);
          if (claimed === 'on-target') expect(row?.['verified_on_target']).toBe(true);
        }
      });
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe('a mutated answer of a tenant or a registry', () => {
  it(
    'is a SHA of hex digits that stands in it, or proves nothing',
    async () => {
      const server = await told();
      await fuzz(
        answers({ git_sha: sha }, { git_sha: sha.slice(0, 7), version: PLANTED }, { git_sha: 'dev' }),
        async (answer) => {
          server.tell(answer);
          const said = await readBuildinfo(`${server.url}/{slug}`, 'acme');
          expect(JSON.stringify(said)).not.toContain(PLANTED);
          if (said.kind !== 'sha') return;
          expect(answer.status).toBe(200);
          expect(said.sha).toMatch(/^[0-9a-f]{7,64}$/);
          expect(asText((JSON.parse(answer.body) as { git_sha: unknown }).git_sha).toLowerCase()).toContain(
            said.sha,
          );
        },
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'is a digest, its own or that of the very bytes, or an error (I-20)',
    async () => {
      let next: Answered & { digest: string; bytes: Uint8Array };
      const server = await serve(({ method }, response) => {
        const named = method === 'HEAD' && next.digest !== '' ? { 'docker-content-digest': next.digest } : {};
        response
          .writeHead(next.status, { ...next.headers, ...named })
          .end(method === 'HEAD' ? '' : next.bytes);
      });
      const digests = fc.constantFrom(
        '',
        `sha256:${'a'.repeat(64)}`,
        'sha256:',
        'md5:0',
        `sha256:${'A'.repeat(64)}`,
      );
      await fuzz(
        fc.tuple(answers({ schemaVersion: 2 }), digests, fc.uint8Array({ maxLength: 6 })),
        async ([answer, digest, tail]) => {
          const bytes = Buffer.concat([tail.subarray(0, 3), Buffer.from(answer.body), tail.subarray(3)]);
          next = { ...answer, digest, bytes };
          const registry = createRegistry({
            url: server.url,
            image: 'acme/core',
            credentials: { username: 'ci', password: PLANTED },
          });
          const found = await read(() => registry.resolve('staging-0123456'));
          if (found === undefined) return;
          const own = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
          expect([digest, own]).toContain(found.value);
          expect(found.value).toMatch(/^sha256:[0-9a-f]{64}$/);
        },
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});
