import { describe, expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { createForge, ForgeError } from '../../src/forge/index.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { failure, json, serve } from '../http/loopback.ts';

const FIRST = '2863380aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const OTHER = '2863380bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';

describe.each(['gitea', 'forgejo', 'github'] as const)('On %s', (kind) => {
  async function simulated() {
    const sim = await startSimulator({ tenants: 1, initialSha: FIRST });
    onTestFinished(sim.close);
    const url = kind === 'github' ? sim.forge.githubUrl : sim.forge.url;
    const tokens = { read: sim.tokens.forge, control: sim.tokens.control };
    return { sim, forge: createForge({ kind, url, repo: sim.forge.repo, tokens }) };
  }

  test('the first digits of a SHA, in any case, give the full one', async () => {
    const { sim, forge } = await simulated();
    expect(await forge.fullSha('2863380')).toBe(FIRST);
    expect(await forge.fullSha('2863380AAA')).toBe(FIRST);
    expect(await forge.fullSha(FIRST)).toBe(FIRST);
    expect(sim.journal.calls('forge.commit')).toHaveLength(3);
  });

  test('digits that no commit or more than one begins with name none', async () => {
    const { sim, forge } = await simulated();
    expect(await forge.fullSha('f'.repeat(7))).toBe('unknown-commit');
    sim.forge.commit({ sha: OTHER });
    expect(await forge.fullSha('2863380')).toBe('unknown-commit');
    expect(await forge.fullSha('2863380b')).toBe(OTHER);
  });

  test('a branch that is named like the digits is another commit', async () => {
    const { sim, forge } = await simulated();
    sim.forge.push(sim.forge.commit(), '2863380');
    expect(await forge.fullSha('2863380')).toBe('unknown-commit');
  });

  test('what is no SHA is never asked for, and a forge that does not say is no answer', async () => {
    const { sim, forge } = await simulated();
    await failure(forge.fullSha('../../x'), UsageError);
    expect(sim.journal.calls('forge.commit')).toEqual([]);
    sim.fault({ where: 'forge.commit', kind: 'status', status: 502, times: 1 });
    expect(await failure(forge.fullSha('2863380'), ForgeError)).toMatchObject({
      retryable: true,
      message: expect.stringContaining('Cannot read the commit 2863380') as string,
    });
    sim.fault({ where: 'forge.commit', kind: 'wrong-json', body: { sha: '2863380' } });
    expect(await failure(forge.fullSha('2863380'), ForgeError)).toMatchObject({ kind: 'unexpected-answer' });
  });
});

test('Gitea is asked for the commit alone, without its changes and signatures', async () => {
  const server = await serve((_, response) => json(response, { sha: FIRST }));
  const tokens = { read: 'read', control: 'control' };
  await createForge({ kind: 'gitea', url: server.url, repo: 'acme/core', tokens }).fullSha('2863380');
  expect(server.seen[0]?.path).toBe(
    '/api/v1/repos/acme/core/git/commits/2863380?stat=false&verification=false&files=false',
  );
});
