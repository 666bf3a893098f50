import { describe, expect, it, onTestFinished } from 'vitest';
import { run, type SopOptions } from '../../src/commands/sop.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { temporaryTree, type Files } from '../lint/support.ts';
import { GOOD_BODY } from '../sop/support.ts';

async function simulated() {
  const sim = await startSimulator({ tenants: 2 });
  onTestFinished(sim.close);
  sim.forge.setTeam('devops', ['grace']);
  sim.forge.setTeam('sre', ['alan']);
  return sim;
}

const config = (sim: Simulator, kind: 'gitea' | 'github' = 'gitea') => `fleets:
  production:
    repo: ${sim.forge.repo}
    forge: { kind: ${kind}, url: "${kind === 'gitea' ? sim.forge.url : sim.forge.githubUrl}" }
    controlPlane: { url: "${sim.controlPlane.url}" }
    tenants: { buildinfoUrl: "https://{slug}.example/buildinfo" }
sop:
  reviewers:
    devops: { teams: [devops] }
    sre: { teams: [sre] }
    security: { users: [kurt] }
`;

async function sop(files: Files, options: SopOptions, env: Record<string, string> = {}) {
  let stdout = '';
  let stderr = '';
  const exit = await run(options, {
    cwd: temporaryTree(files),
    env,
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
  });
  return { exit, stdout, stderr };
}

const approvals = ['grace', 'alan', 'kurt'].map((user) => ({ user, state: 'APPROVED' }));
const pull = (sim: Simulator) => ({
  author: 'ada',
  headSha: sim.forge.head(),
  body: GOOD_BODY,
  files: ['.gitea/workflows/deploy.yml'],
  reviews: approvals,
});

describe('greenlane sop --pr', () => {
  it('exits 0 and posts success when nothing is missing', async () => {
    const sim = await simulated();
    sim.forge.setPull(7, pull(sim));
    const { exit, stdout } = await sop(
      { 'greenlane.yaml': config(sim) },
      { pr: '7' },
      { AUTO_SYNC_TOKEN: sim.tokens.forge },
    );
    expect(stdout).toContain('The SOP is met');
    expect(exit).toBe(0);
    expect(sim.forge.statusesPosted(sim.forge.head())).toMatchObject([
      { context: 'greenlane / sop', status: 'success', description: 'The SOP is met' },
    ]);
  });

  it('exits 1, names what is missing, and posts failure', async () => {
    const sim = await simulated();
    sim.forge.setPull(7, {
      ...pull(sim),
      body: GOOD_BODY.replace(/## Logging\n.*/, '## Logging\nn/a'),
      reviews: [
        ...approvals.slice(0, 2),
        { user: 'kurt', state: 'REQUEST_CHANGES', body: 'Critical C1: the answer is printed' },
      ],
    });
    const { exit, stdout } = await sop(
      { 'greenlane.yaml': config(sim) },
      { pr: '7' },
      { AUTO_SYNC_TOKEN: sim.tokens.forge },
    );
    expect(exit).toBe(1);
    expect(stdout).toContain(
      'Missing: evidence: logging; approval: security; changes are asked for; 1 open finding',
    );
    expect(sim.forge.statusesPosted(sim.forge.head())).toMatchObject([{ status: 'failure' }]);
  });

  it('asks nothing of a pull request that touches no production CI/CD', async () => {
    const sim = await simulated();
    sim.forge.setPull(7, { ...pull(sim), body: '', files: ['src/a.ts'], reviews: [] });
    const { exit, stdout } = await sop(
      { 'greenlane.yaml': config(sim) },
      { pr: '7' },
      { AUTO_SYNC_TOKEN: sim.tokens.forge },
    );
    expect([exit, stdout]).toEqual([0, 'Pull request 7 touches no production CI/CD: nothing to show.\n']);
    expect(sim.forge.statusesPosted(sim.forge.head())).toMatchObject([
      { status: 'success', description: 'No production CI/CD is touched' },
    ]);
  });

  it('does not post with --no-post, and prints JSON with --json', async () => {
    const sim = await simulated();
    sim.forge.setPull(7, pull(sim));
    const { exit, stdout } = await sop(
      { 'greenlane.yaml': config(sim) },
      { pr: '7', post: false, json: true },
      { AUTO_SYNC_TOKEN: sim.tokens.forge },
    );
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      passes: true,
      pullRequest: 7,
      touched: ['.gitea/workflows/deploy.yml'],
    });
    expect(sim.forge.statusesPosted(sim.forge.head())).toEqual([]);
  });

  it('exits 2 when the forge does not say, when the token is missing, and when the status cannot be posted', async () => {
    const sim = await simulated();
    sim.forge.setPull(7, pull(sim));
    const env = { AUTO_SYNC_TOKEN: sim.tokens.forge };
    const missing = await sop({ 'greenlane.yaml': config(sim) }, { pr: '8' }, env);
    expect([missing.exit, missing.stdout]).toEqual([2, '']);
    const noToken = await sop({ 'greenlane.yaml': config(sim) }, { pr: '7' });
    expect([noToken.exit, noToken.stderr.includes('AUTO_SYNC_TOKEN')]).toEqual([2, true]);
    sim.fault({ where: 'forge.post-status', kind: 'status', status: 403 });
    const unposted = await sop({ 'greenlane.yaml': config(sim) }, { pr: '7' }, env);
    expect([unposted.exit, unposted.stdout.includes('The SOP is met')]).toEqual([2, true]);
  });

  it('refuses wrong options and a configuration in which nobody could approve', async () => {
    const sim = await simulated();
    const files = { 'greenlane.yaml': config(sim) };
    await expect(sop(files, {})).rejects.toThrow('either --pr with a number, or --body with a file');
    await expect(sop(files, { pr: '7', body: 'x.md' })).rejects.toThrow('either --pr');
    await expect(sop(files, { pr: 'seven' })).rejects.toThrow(
      '--pr: expected the number of a pull request, got "seven"',
    );
    await expect(sop({ 'greenlane.yaml': config(sim).split('sop:')[0] ?? '' }, { pr: '7' })).rejects.toThrow(
      'sop: missing; expected `reviewers`',
    );
    const nobody = config(sim).replace('{ users: [kurt] }', '{}');
    await expect(sop({ 'greenlane.yaml': nobody }, { pr: '7' })).rejects.toThrow(
      'sop.reviewers.security: expected at least one team or user',
    );
  });
});

describe('greenlane sop --body', () => {
  it('judges a file, with a configuration and without', async () => {
    const sim = await simulated();
    expect((await sop({ 'body.md': GOOD_BODY }, { body: 'body.md' })).exit).toBe(0);
    expect((await sop({ 'body.md': 'nothing' }, { body: 'body.md' })).exit).toBe(1);
    expect(
      (await sop({ 'greenlane.yaml': config(sim), 'body.md': GOOD_BODY }, { body: 'body.md' })).exit,
    ).toBe(0);
    await expect(sop({}, { body: 'gone.md' })).rejects.toThrow('--body: gone.md cannot be read (ENOENT)');
  });

  it('takes the template of the repository for what it is', async () => {
    const { exit } = await sop(
      { '.gitea/pull_request_template.md': GOOD_BODY, 'body.md': GOOD_BODY },
      { body: 'body.md' },
    );
    expect(exit).toBe(1);
  });
});
