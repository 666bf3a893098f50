import { describe, expect, it, onTestFinished } from 'vitest';
import { run as lint } from '../../src/commands/lint.ts';
import { run } from '../../src/commands/self-test.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { temporaryTree, type Files } from '../lint/support.ts';

const FLEET =
  'fleets:\n  production:\n    repo: acme/core\n    forge: { kind: gitea, url: https://git.example }\n    controlPlane: { url: https://cp.example }\n    tenants: { buildinfoUrl: "https://{slug}.example/buildinfo" }\n';
const FINE =
  'name: Fine\non: [push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n';

async function call(command: typeof run, files: Files, env: Record<string, string> = {}) {
  let stdout = '';
  let stderr = '';
  const exit = await command(
    {},
    {
      cwd: temporaryTree(files),
      env,
      stdout: (text) => void (stdout += text),
      stderr: (text) => void (stderr += text),
    },
  );
  return { exit, stdout, stderr };
}

describe('greenlane self-test', () => {
  it('exits 0 for a configuration that can be used and clean workflows', async () => {
    const { exit, stderr } = await call(run, { 'greenlane.yaml': FLEET, '.gitea/workflows/a.yml': FINE });
    expect([exit, /can be used/.test(stderr)]).toEqual([0, true]);
  });

  it('exits 1 for an error of the linter', async () => {
    expect(
      (
        await call(run, {
          'greenlane.yaml': FLEET,
          '.gitea/workflows/a.yml': FINE.replace('push', 'workflow_run'),
        })
      ).exit,
    ).toBe(1);
  });

  it.each([
    ['missing', {}, {}],
    ['wrong', { 'greenlane.yaml': FLEET.replace('acme/core', 'core') }, {}],
    ['wrong in its section for the SOP', { 'greenlane.yaml': `${FLEET}sop: { reviewers: {} }\n` }, {}],
    [
      'wrong by the environment (I-08)',
      { 'greenlane.yaml': FLEET },
      { PROD_AUTO_DEPLOY_REQUIRED_CONTEXTS: ',' },
    ],
  ])(
    'exits 2 when the configuration is %s, and lints all the same',
    async (_what, files, env: Record<string, string>) => {
      const { exit, stdout, stderr } = await call(run, { ...files, '.gitea/workflows/a.yml': FINE }, env);
      expect(exit).toBe(2);
      expect(stdout).toContain('1 file for gitea-1.22');
      expect(stderr).toMatch(/greenlane\.yaml|REQUIRED_CONTEXTS/);
    },
  );
});

describe('greenlane lint with a forge', () => {
  const workflow = FINE.replace('ubuntu-latest', 'arm64');

  it('I-21: asks it for the labels of its runners, when there is a token', async () => {
    const sim = await startSimulator({ tenants: 2 });
    onTestFinished(sim.close);
    sim.forge.setRunners([
      { name: 'one', labels: ['publish', 'ubuntu-latest'] },
      { name: 'two', labels: ['arm64'], status: 'offline' },
    ]);
    const files = {
      'greenlane.yaml': FLEET.replace('https://git.example', sim.forge.url).replace(
        'acme/core',
        sim.forge.repo,
      ),
      '.gitea/workflows/a.yml': workflow,
    };
    const asked = await call(lint, files, { AUTO_SYNC_TOKEN: sim.tokens.forge });
    expect([asked.exit, asked.stdout.includes('no runner advertises the label `arm64`')]).toEqual([1, true]);
    expect((await call(lint, files)).exit).toBe(0);
  });

  it('warns when the forge does not answer, and checks everything else', async () => {
    const files = {
      'greenlane.yaml': FLEET.replace('https://git.example', 'http://127.0.0.1:9'),
      '.gitea/workflows/a.yml': workflow,
    };
    const { exit, stderr } = await call(lint, files, { GITEA_TOKEN: 'x' });
    expect([exit, stderr.startsWith('warning: the labels of the runners are not checked: ')]).toEqual([
      0,
      true,
    ]);
  });
});
