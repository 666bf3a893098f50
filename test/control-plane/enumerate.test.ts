import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createControlPlane } from '../../src/control-plane/client.ts';
import { EnumerationError } from '../../src/control-plane/errors.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { isSlug } from '../../src/tenants/slug.ts';
import { failure, json, nobody, serve } from '../http/loopback.ts';

async function refusalOf(body: unknown, status = 200, headers: Record<string, string> = {}) {
  const server = await serve((_, response) => json(response, body, status, headers));
  const controlPlane = createControlPlane({ url: server.url, token: 'token-hunter22' });
  const error = await failure(controlPlane.enumerate(), EnumerationError);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter22');
  return error;
}

const dry = (...slugs: readonly string[]) =>
  slugs.map((slug) => ({ slug, ssm_status: 'DryRun', error: 'hunter22' }));

describe('enumerate', () => {
  test('lists the fleet sorted, by a dry run that touches nobody', async () => {
    const sim = await startSimulator({ tenants: ['zeta', 'alpha', 'hongming'] });
    onTestFinished(sim.close);
    const controlPlane = createControlPlane({ url: sim.controlPlane.url, token: sim.tokens.controlPlane });
    expect(await controlPlane.enumerate({ targetTag: 'staging-1234567' })).toEqual({
      slugs: ['alpha', 'hongming', 'zeta'],
    });
    expect(await controlPlane.enumerate()).toEqual({ slugs: ['alpha', 'hongming', 'zeta'] });
    for (const call of sim.journal.calls('control-plane')) {
      expect(call).toMatchObject({ dryRun: true, effect: false, body: { confirm: true, dry_run: true } });
      expect(call.slugs).toBeUndefined();
    }
    expect(sim.journal.calls('control-plane')).toHaveLength(2);
  });

  test('reads a fleet of 20,000', async () => {
    const sim = await startSimulator({ tenants: 20_000 });
    onTestFinished(sim.close);
    const controlPlane = createControlPlane({ url: sim.controlPlane.url, token: sim.tokens.controlPlane });
    expect((await controlPlane.enumerate()).slugs).toHaveLength(20_000);
  });

  test.each([
    ['an empty list', { ok: true, results: [] }, 'empty'],
    ['a slug twice', { ok: true, results: dry('a', 'b', 'a') }, 'duplicate-slug'],
    ['a slug with a slash', { ok: true, results: dry('a', 'hunter22/x') }, 'invalid-slug'],
    ['an empty slug', { ok: true, results: dry('') }, 'invalid-slug'],
    ['a slug of 64 characters', { ok: true, results: dry('a'.repeat(64)) }, 'invalid-slug'],
    [
      'a list that is no dry run',
      { ok: true, results: [{ slug: 'a', ssm_status: 'Success' }] },
      'not-a-dry-run',
    ],
    ['a list that is not in order', { ok: false, results: dry('a'), error: 'hunter22' }, 'unexpected-answer'],
    ['another shape', { ok: true, tenants: ['hunter22'] }, 'unexpected-answer'],
    ['a slug that is none', { ok: true, results: [{ slug: 7 }] }, 'unexpected-answer'],
  ])('refuses %s, and quotes nothing', async (_, body, problem) => {
    expect((await refusalOf(body)).problem).toBe(problem);
  });

  test.each([
    [401, 'unauthorised', false],
    [403, 'unauthorised', false],
    [400, 'refused', false],
    [404, 'refused', false],
    [307, 'refused', false],
    [429, 'unreachable', true],
    [500, 'unreachable', true],
    [503, 'unreachable', true],
  ])('status %d is %s (worth another try: %s)', async (status, problem, retryable) => {
    const error = await refusalOf({ error: 'hunter22' }, status, { 'retry-after': '2' });
    expect(error).toMatchObject({ problem, retryable, status });
    if (retryable) expect(error.retryAfterMs).toBe(2_000);
  });

  test('HTML is an answer nobody expects, and may be asked for again', async () => {
    const server = await serve((_, response) => void response.end('<html>hunter22</html>'));
    const controlPlane = createControlPlane({ url: server.url, token: 't0ken' });
    const error = await failure(controlPlane.enumerate(), EnumerationError);
    expect(error).toMatchObject({ problem: 'unexpected-answer', retryable: true });
    expect(error.message).toBe(
      'The fleet cannot be enumerated: the answer of the control plane: the body is not what it should be: expected JSON.',
    );
  });

  test('nobody there, and a call that is given up', async () => {
    const controlPlane = createControlPlane({ url: await nobody(), token: 't0ken' });
    const error = await failure(controlPlane.enumerate(), EnumerationError);
    expect(error).toMatchObject({ problem: 'unreachable', retryable: true });
    const given = controlPlane.enumerate({ signal: AbortSignal.abort() });
    expect((await failure(given, HttpFailure)).kind).toBe('aborted');
  });

  test('of any list either every slug is fit for a URL, each once, or it is refused', async () => {
    let slugs: string[] = [];
    const server = await serve((_, response) =>
      json(response, { ok: true, results: slugs.map((slug) => ({ slug })) }),
    );
    const controlPlane = createControlPlane({ url: server.url, token: 't0ken' });
    const slug = fc.oneof(
      fc.constantFrom('a', 'b', 'tenant-1', 'A', '-', '../x'),
      fc.string({ maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(slug, { maxLength: 5 }), async (list) => {
        slugs = list;
        const fit = list.length > 0 && list.every(isSlug) && new Set(list).size === list.length;
        const listed = await controlPlane.enumerate().then(
          (found) => found.slugs,
          () => undefined,
        );
        expect(listed).toEqual(fit ? [...list].sort() : undefined);
      }),
      { numRuns: 100 },
    );
  });
});
