import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greenlane } from '../support/cli.ts';

const SHA = '2863380'.padEnd(40, 'a');
const FLEET = `
  NAME:
    repo: acme/core
    forge: { kind: gitea, url: https://git.example }
    controlPlane: { url: https://cp.example }
    tenants: { buildinfoUrl: "https://{slug}.example/buildinfo" }
`;

let directory: string;
let good: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'greenlane-input-'));
  good = write('good.yaml', `fleets:${FLEET.replace('NAME', 'production')}`);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** Nothing listens there. */
const NOWHERE = '127.0.0.1:1';

async function fails(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; line: string }> {
  const { code, stderr, stdout } = await greenlane(
    args,
    { GREENLANE_CONFIG: good, TEMPORAL_ADDRESS: NOWHERE, ...env },
    directory,
  );
  expect(stdout).toBe('');
  return { code, line: stderr.trim() };
}

describe('bad input gets one message that says what is wrong, where, and what to do', () => {
  it('names an unknown option', async () => {
    const { code, line } = await fails(['deploy', '--shaa', SHA]);
    expect(code).toBe(2);
    expect(line).toContain("unknown option '--shaa'");
  });

  it('names an unknown command', async () => {
    const { code, line } = await fails(['depoly']);
    expect(code).toBe(2);
    expect(line).toContain("unknown command 'depoly'");
  });

  it('asks for the SHA that is missing', async () => {
    expect(await fails(['deploy'])).toEqual({
      code: 2,
      line: 'greenlane: which commit? Give --sha with its full SHA (in CI, GITHUB_SHA is used)',
    });
  });

  it('refuses a SHA that is none, and a short one', async () => {
    for (const sha of ['main', '2863380', 'z'.repeat(40), '${{ github.sha }}']) {
      const { code, line } = await fails(['deploy', '--sha', sha]);
      expect(code).toBe(2);
      expect(line).toBe(`greenlane: --sha: expected a full SHA of 40 hex digits, got ${JSON.stringify(sha)}`);
    }
  });

  it('names the fleets there are when asked for another', async () => {
    const { code, line } = await fails(['deploy', '--sha', SHA, '--fleet', 'prod']);
    expect(code).toBe(2);
    expect(line).toMatch(/fleets: there is no fleet `prod`; there is production$/);
  });

  it('says that a configuration file is not there', async () => {
    const { code, line } = await fails(['plan', '--sha', SHA, '--config', 'nowhere.yaml']);
    expect(code).toBe(2);
    expect(line).toMatch(/nowhere\.yaml: no such file/);
  });

  it('points to file, line and key of what is invalid, and says what was expected', async () => {
    const path = write(
      'bad.yaml',
      `fleets:${FLEET.replace('NAME', 'production')}    rollout:\n      batchSize: many\n`,
    );
    const { code, line } = await fails(['plan', '--sha', SHA, '--config', path]);
    expect(code).toBe(2);
    expect(line).toMatch(
      /bad\.yaml:8: fleets\.production\.rollout\.batchSize: expected a whole number from 1 to 500, got "many"$/,
    );
  });

  it('points to the line where YAML ends to be YAML', async () => {
    const path = write('broken.yaml', 'fleets:\n  production: [\n');
    const { code, line } = await fails(['plan', '--sha', SHA, '--config', path]);
    expect(code).toBe(2);
    expect(line).toMatch(/broken\.yaml:\d: not valid YAML/);
  });

  it('names the variable that the CI server left uninterpolated (I-25)', async () => {
    const { code, line } = await fails(['deploy', '--sha', SHA], {
      PROD_AUTO_DEPLOY_BATCH_SIZE: '${{ env.BATCH }}',
    });
    expect(code).toBe(2);
    expect(line).toMatch(
      /^greenlane: environment variable PROD_AUTO_DEPLOY_BATCH_SIZE: holds the literal text "\$\{\{ env\.BATCH \}\}"/,
    );
  });

  it('names the token that the worker lacks', async () => {
    const { code, line } = await fails(['worker'], { CP_ADMIN_API_TOKEN: 'x' });
    expect(code).toBe(2);
    expect(line).toMatch(
      /^greenlane: environment variable AUTO_SYNC_TOKEN: missing in the worker: fleet production reads statuses and branches of acme\/core with this token$/,
    );
  });

  it('says where Temporal was looked for and how to start one', async () => {
    const commands = [['deploy', '--sha', SHA], ['status'], ['halt', '--reason', 'x']];
    for (const { code, line } of await Promise.all(commands.map((command) => fails(command)))) {
      expect(code).toBe(5);
      expect(line).toMatch(
        /^greenlane: Temporal does not answer at 127\.0\.0\.1:1 \(.+\)\. Set TEMPORAL_ADDRESS .* `greenlane dev`\.$/,
      );
    }
  });

  it('wants a reason for everything that steers', async () => {
    for (const command of ['halt', 'resume', 'abort', 'rollback', 'freeze', 'redeploy']) {
      const { code, line } = await fails([command]);
      expect(code).toBe(2);
      expect(line).toBe(`greenlane: ${command} needs --reason: it stands in the audit trail`);
    }
  });
});
