import { describe, expect, it } from 'vitest';
import { lintTree, rulesOf } from './support.ts';

const deploy = (step: string, more = '') =>
  `name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: publish\n${more}    steps:\n      - timeout-minutes: 90\n        run: ${step}\n`;

describe('incidents the linter keeps from coming back', () => {
  it('I-03: a production deploy that relies on cancel-in-progress: false is an error on every host', async () => {
    const workflow = deploy('greenlane deploy').replace(
      'jobs:',
      'concurrency: { group: p, cancel-in-progress: false }\njobs:',
    );
    for (const host of ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'] as const) {
      expect(await rulesOf(workflow, { host })).toContain('cancel-in-progress');
    }
  });

  it('I-06: a required job under continue-on-error, or that can be skipped, is an error', async () => {
    const config = 'lint:\n  required: ["CI / test (push)"]\n';
    const workflow = (extra: string) =>
      `name: CI\non: [push]\njobs:\n  test:\n${extra}    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n`;
    const rules = async (extra: string) =>
      (await lintTree({ 'greenlane.yaml': config, '.gitea/workflows/ci.yml': workflow(extra) })).findings.map(
        ({ rule }) => rule,
      );
    expect(await rules('')).toEqual([]);
    expect(await rules('    # tracker: acme/core#1\n    continue-on-error: true\n')).toEqual([
      'masked-failure',
    ]);
    expect(await rules("    if: github.actor != 'bot'\n")).toEqual(['skippable-gate']);
  });

  it('I-09: a production redeploy without a kill switch is an error, and Greenlane brings one', async () => {
    const call =
      '\'curl -fsS -o a.json -d "$PROD_MANUAL_REDEPLOY_TARGET_TAG" "https://api.moleculesai.app/cp/admin/tenants/redeploy-fleet"\'';
    expect(await rulesOf(deploy(call))).toEqual(['deploy-controls']);
    expect(await rulesOf(deploy(call, "    if: vars.PROD_AUTO_DEPLOY_DISABLED != 'true'\n"))).toEqual([]);
    expect(await rulesOf(deploy('greenlane deploy'))).toEqual([]);
  });

  it('I-21: a label that no runner advertises is an error when the forge can be asked', async () => {
    expect(await rulesOf(deploy('greenlane deploy'), { runnerLabels: ['ubuntu-latest'] })).toEqual([
      'runner-label',
    ]);
    expect(await rulesOf(deploy('greenlane deploy'), { runnerLabels: ['publish:host'] })).toEqual([]);
  });

  it('I-22: the lane serves deploys only, and deploys run on the lane', async () => {
    expect(await rulesOf(deploy('greenlane deploy').replace('publish', 'ubuntu-latest'))).toEqual([
      'lane-missing',
    ]);
    const guest =
      'name: CI\non: [pull_request]\njobs:\n  a:\n    runs-on: publish\n    steps:\n      - run: make\n';
    expect(await rulesOf(guest)).toEqual(['lane-guest']);
  });

  it('I-23: a raw answer of the control plane in a log is an error, through whatever variable or file it went', async () => {
    const step = (script: string) =>
      deploy(
        `|\n${script
          .split('\n')
          .map((line) => `          ${line}`)
          .join('\n')}`,
      )
        .replace('name: Deploy', 'name: Enumerate')
        .replace('publish', 'ubuntu-latest');
    const call =
      'curl -sS -d \'{"dry_run": true}\' "https://api.moleculesai.app/cp/admin/tenants/redeploy-fleet"';
    expect(await rulesOf(step(call))).toEqual(['raw-answer']);
    expect(await rulesOf(step(`A=$(${call})\nB="x $A"\nsay() { printf '%s' "$*"; }\nsay "$B"`))).toEqual([
      'raw-answer',
    ]);
    expect(await rulesOf(step(`${call} > a.json\nmv a.json b.json\ncat b.json`))).toEqual(['raw-answer']);
    expect(await rulesOf(step(`${call} -o a.json\nARGS=(-r .error a.json)\njq "\${ARGS[@]}"`))).toEqual([
      'raw-answer',
    ]);
    expect(await rulesOf(step(`${call} -o a.json\njq -r '.results[].slug' a.json`))).toEqual([]);
  });

  it('I-24: continue-on-error on a production redeploy is an error, with a tracker too', async () => {
    const masked = (where: string) =>
      deploy('greenlane deploy').replace(
        where,
        `${where}    # tracker: acme/core#1\n    continue-on-error: true\n`,
      );
    expect(await rulesOf(masked('    runs-on: publish\n'))).toEqual(['masked-failure']);
    const step = `${deploy('greenlane deploy')}        # tracker: acme/core#1\n        continue-on-error: true\n`;
    expect(await rulesOf(step)).toEqual(['masked-failure']);
  });

  it('I-25: an env expression at job level is an error', async () => {
    expect(
      await rulesOf(deploy('greenlane deploy', '    env:\n      PROD_CP_URL: ${{ env.URL }}\n')),
    ).toEqual(['job-env-expression']);
  });

  it('I-26: a required context that no workflow posts is an error in the configuration', async () => {
    const result = await lintTree({
      'greenlane.yaml': 'lint:\n  required: ["CI / gone (push)"]\n',
      '.gitea/workflows/ci.yml': deploy('greenlane deploy'),
    });
    expect(result.findings.map(({ rule, file, line }) => `${file}:${line} ${rule}`)).toEqual([
      'greenlane.yaml:2 missing-context',
    ]);
  });

  it('I-27: a production redeploy without rollback or pin control is an error', async () => {
    const call = '\'curl -fsS -o a.json "https://api.moleculesai.app/cp/admin/tenants/redeploy-fleet"\'';
    expect(await rulesOf(deploy(call, "    if: vars.PROD_AUTO_DEPLOY_DISABLED != 'true'\n"))).toEqual([
      'deploy-controls',
    ]);
  });
});
