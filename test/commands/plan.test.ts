import { describe, expect, it } from 'vitest';
import { run, type PlanOptions } from '../../src/commands/plan.ts';
import { ConfigurationError, UsageError } from '../../src/errors.ts';

const root = new URL('../..', import.meta.url).pathname;
const SHA = '2863380'.padEnd(40, 'a');

/** What `plan` prints with the configuration of this repository. */
async function planned(options: PlanOptions = { sha: SHA }, env: Record<string, string> = {}) {
  let stdout = '';
  const stdoutTo = (text: string): void => void (stdout += text);
  expect(await run(options, { stdout: stdoutTo, stderr: stdoutTo, env, cwd: root })).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('greenlane plan', () => {
  it('prints what the predecessor printed, waves, and the longest time it can take', async () => {
    expect(await planned({ sha: SHA, tenants: '30' })).toMatchObject({
      enabled: true,
      sha: SHA,
      short_sha: '2863380',
      target_tag: 'staging-2863380',
      cp_url: 'https://api.moleculesai.app',
      body: {
        target_tag: 'staging-2863380',
        canary_slug: 'hongming',
        soak_seconds: 60,
        batch_size: 3,
        max_stragglers: 1,
        dry_run: false,
        confirm: true,
      },
      gates: { timeout_seconds: 3600 },
      waves: { canary: 'hongming', batch_size: 3, tenants: 30, count: 11 },
      longest_seconds: { gates: 3600, each_wave: 840, each_soak: 60, verify: 240 },
    });
  });

  it('says no more than why when deploys are switched off', async () => {
    expect(await planned({ sha: SHA }, { PROD_AUTO_DEPLOY_DISABLED: 'on' })).toEqual({
      enabled: false,
      sha: SHA,
      disabled_reason: 'PROD_AUTO_DEPLOY_DISABLED is on',
    });
  });

  it('takes the SHA from the CI job where none is given', async () => {
    expect(await planned({}, { GITHUB_SHA: SHA })).toMatchObject({ sha: SHA });
  });

  it('refuses what is no SHA, no number of tenants, no fleet, no file', async () => {
    const refused = (options: PlanOptions) => async () => planned(options);
    await expect(refused({ sha: 'main' })()).rejects.toThrow(UsageError);
    await expect(refused({ sha: SHA, tenants: '0' })()).rejects.toThrow(/--tenants: expected a whole number/);
    await expect(refused({ sha: SHA, fleet: 'mars' })()).rejects.toThrow(/there is no fleet `mars`/);
    await expect(refused({ sha: SHA, config: 'none.yaml' })()).rejects.toThrow(ConfigurationError);
  });
});
