import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/index.ts';
import { inPhase, steer } from '../replay/scenario.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane, type WorldOptions } from '../support/worker.ts';
import { lockOf, statusOf, tagOf } from './support.ts';

const UI = 'https://temporal.example';

let lane: Lane;
beforeAll(async () => {
  lane = await startLane({ uiUrl: `${UI}/` });
});
afterAll(async () => {
  await lane.stop();
});

const on = (kind: 'gitea' | 'forgejo' | 'github'): NonNullable<WorldOptions['fleet']> => {
  return ({ forge }) => ({
    forge: { kind, url: kind === 'github' ? forge.githubUrl : forge.url },
    rollout: { soak: '1s' },
  });
};

describe.concurrent('The commit status', () => {
  it.each(['gitea', 'forgejo', 'github'] as const)(
    'on %s is pending with the phase, then success',
    async (kind) => {
      const world = await lane.world({ fleet: on(kind) });
      const sha = world.green();
      const deploy = await world.start(sha);
      expect((await deploy.result()).outcome).toBe('deployed');
      const rows = world.sim.forge.statusesPosted(sha);
      expect(new Set(rows.map(({ context }) => context))).toEqual(new Set([`greenlane / ${world.name}`]));
      const said = rows.map(({ status, description }) => `${status}: ${description}`);
      expect(said.slice(0, -1).every((line) => line.startsWith('pending: '))).toBe(true);
      expect(said).toEqual(
        expect.arrayContaining(['pending: rolling the canary hongming', 'pending: rolling the fleet']),
      );
      expect(said.at(-1)).toMatch(/^success: deployed: 7 of 7 tenants answer the release/);
      const link = `${UI}/namespaces/default/workflows/${encodeURIComponent(deploy.workflowId)}/${deploy.firstExecutionRunId}/history`;
      expect(new Set(rows.map(({ targetUrl }) => targetUrl))).toEqual(new Set([link]));
    },
  );

  it('is one line of what the forge takes, whatever the reason was', async () => {
    const world = await lane.world({ fleet: { rollout: { soak: '60s' } } });
    const sha = world.green();
    const deploy = await world.start(sha);
    await inPhase(deploy, 'soak');
    await steer(deploy, 'abort', { reason: `two\nlines ${'and more '.repeat(60)}` });
    await deploy.result();
    const { status, description } = world.sim.forge.statusesPosted(sha).at(-1) as {
      status: string;
      description: string;
    };
    expect(status).toBe('failure');
    expect(description).toMatch(/^halted: aborted by an operator: two lines and more/);
    expect(description.length).toBeLessThanOrEqual(140);
  });

  it.each<[string, Fault]>([
    ['answers 500 for a while', { where: 'forge.post-status', kind: 'status', status: 500, times: 3 }],
    ['drops connections', { where: 'forge.post-status', kind: 'drop-before', times: 2 }],
    ['answers nonsense', { where: 'forge.post-status', kind: 'html', status: 200, times: 2 }],
    ['hangs', { where: 'forge.post-status', kind: 'hang', times: 1 }],
  ])('says how it ended in the end, and the deploy ends as it would, when the forge %s', async (_, fault) => {
    const world = await lane.world();
    world.sim.fault(fault);
    const sha = world.green();
    expect((await world.deploy(sha)).outcome).toBe('deployed');
    expect(world.sim.forge.statusesPosted(sha).at(-1)?.status).toBe('success');
  });

  it.each(['gitea', 'github'] as const)(
    'that the token may not post on %s is a warning, and no more',
    async (kind) => {
      const world = await lane.world({ fleet: on(kind) });
      world.sim.fault({ where: 'forge.post-status', kind: 'status', status: 403 });
      const sha = world.green();
      const deploy = await world.start(sha);
      const told = async () =>
        (await statusOf(deploy)).warnings.some((one) => one.includes('could not tell'));
      await until(told);
      expect((await statusOf(deploy)).warnings.join()).toMatch(/could not tell the outside: .*403/);
      expect((await deploy.result()).outcome).toBe('deployed');
      expect(world.sim.forge.statusesPosted(sha)).toEqual([]);
      // One try for each: a token without the right has none a second later either.
      expect(world.sim.journal.calls('forge.post-status').length).toBeLessThan(12);
    },
  );

  it.each([
    ['gitea', 'rollback'],
    ['github', 'manual'],
  ] as const)(
    'on %s of a %s deploy that names a tag is posted to the full SHA, which every record has',
    async (kind, asked) => {
      const world = await lane.world({ fleet: on(kind) });
      const sha = world.green();
      world.sim.forge.push();
      const deploy = await world.start(undefined, {
        kind: asked,
        tag: tagOf(sha),
        reason: 'checkout is broken',
      });
      expect(await deploy.result()).toMatchObject({
        outcome: 'deployed',
        sha,
        tag: tagOf(sha),
        warnings: [],
        tenants: { total: 7, onTarget: 7, stale: [] },
      });
      const rows = world.sim.forge.statusesPosted(sha);
      expect(rows.at(0)).toMatchObject({ status: 'pending', description: 'started' });
      expect(rows.at(-1)?.status).toBe('success');
      const { ledger, lastKnownGood } = await lockOf(lane, world);
      expect([ledger[0]?.sha, lastKnownGood?.sha]).toEqual([sha, sha]);
    },
  );

  it('of a tag whose digits stand for no single commit is not posted: the rollback goes on, and says so', async () => {
    const world = await lane.world();
    const sha = world.green();
    world.sim.fault({ where: 'forge.commit', kind: 'status', status: 404 });
    const end = await world.deploy(undefined, { kind: 'rollback', tag: tagOf(sha), reason: 'broken' });
    expect(end).toMatchObject({
      outcome: 'deployed',
      sha: sha.slice(0, 7),
      tenants: { onTarget: 7 },
      warnings: [
        `no commit status is posted: the forge knows no commit that ${sha.slice(0, 7)} alone stands for`,
      ],
    });
    expect(world.running()).toEqual(new Set([sha]));
    expect(world.sim.journal.calls('forge.post-status')).toEqual([]);
  });

  it.each<[string, Fault, string]>([
    ['hangs', { where: 'forge', kind: 'hang' }, 'the forge does not answer'],
    ['is down', { where: 'forge', kind: 'status', status: 503 }, 'the forge does not answer'],
    ['accepts no token', { where: 'forge', kind: 'status', status: 401 }, 'the token is not accepted'],
  ])('of a tag is not posted while the forge %s, which stops no rollback', async (_, fault, why) => {
    const world = await lane.world();
    const sha = world.green();
    world.sim.fault(fault);
    const end = await world.deploy(undefined, { kind: 'rollback', tag: tagOf(sha), reason: 'broken' });
    expect(end).toMatchObject({ outcome: 'deployed', sha: sha.slice(0, 7), tenants: { onTarget: 7 } });
    expect(end.warnings).toEqual([
      expect.stringMatching(
        new RegExp(`^no commit status is posted: only ${sha.slice(0, 7)} of the SHA is known\\. .*${why}`),
      ),
    ]);
  });
});
