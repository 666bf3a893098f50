import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, type LintCommandOptions } from '../../src/commands/lint.ts';
import { RULES } from '../../src/lint/rules/index.ts';
import { temporaryTree, type Files } from '../lint/support.ts';

const job = 'jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n';
const FINE = `name: Fine\non: [push]\n${job}`;

async function lint(files: Files, options: LintCommandOptions = {}, env: Record<string, string> = {}) {
  const cwd = temporaryTree(files);
  let stdout = '';
  let stderr = '';
  const context = {
    cwd,
    env,
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
  };
  const exit = await run(options, context);
  return { exit, stdout, stderr, cwd };
}

describe('greenlane lint', () => {
  it('exits 0 when there is nothing to find, and with warnings only', async () => {
    expect((await lint({ '.gitea/workflows/a.yml': FINE })).exit).toBe(0);
    const warned = await lint({
      '.gitea/workflows/a.yml': `name: Fine\non: [push]\npermissions: read-all\n${job}`,
    });
    expect([warned.exit, warned.stdout.includes('warning:')]).toEqual([0, true]);
  });

  it('exits 1 for an error, and 2 when a file cannot be read, whatever else there is', async () => {
    const broken = `on: workflow_run\n${job}`;
    expect((await lint({ '.gitea/workflows/a.yml': broken })).exit).toBe(1);
    expect((await lint({ '.gitea/workflows/a.yml': broken, '.gitea/workflows/b.yml': '{' })).exit).toBe(2);
  });

  it('exits 0 with a notice when there are no workflow files', async () => {
    const { exit, stdout } = await lint({});
    expect([exit, stdout]).toEqual([0, 'no workflow files: there is no directory .gitea/workflows\n']);
  });

  it('names each construct as it is written', async () => {
    const { stdout } = await lint({
      '.gitea/workflows/a.yml': `name: A\non:\n  workflow_dispatch:\n    inputs:\n  workflow_run:\n${job}`,
      '.gitea/workflows/b.yml':
        'name: B\non: [push]\nconcurrency: { group: p, cancel-in-progress: false }\njobs:\n  d:\n    runs-on: publish\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 9\n',
    });
    for (const construct of [
      '`workflow_dispatch.inputs`',
      '`workflow_run`',
      '`concurrency.cancel-in-progress: false`',
    ])
      expect(stdout).toContain(construct);
  });

  it('takes a directory, files, a host and a format', async () => {
    const files = { 'ci/a.yml': `name: A\non: workflow_run\n${job}`, 'ci/b.yml': FINE };
    expect((await lint(files, { workflowDir: 'ci' })).exit).toBe(1);
    expect((await lint(files, { workflowDir: 'ci', host: 'github' })).exit).toBe(0);
    expect((await lint(files, { files: ['./ci/b.yml'] })).exit).toBe(0);
    const json = await lint(files, { workflowDir: 'ci', json: true });
    expect(
      (JSON.parse(json.stdout) as { findings: { rule: string }[] }).findings.map(({ rule }) => rule),
    ).toEqual(['workflow-run']);
    const sarif = await lint(files, { workflowDir: 'ci', format: 'sarif' });
    expect((JSON.parse(sarif.stdout) as { version: string }).version).toBe('2.1.0');
    expect((await lint(files, { workflowDir: 'ci', format: 'github' })).stdout).toMatch(
      /^::error file=ci\/a\.yml,/,
    );
  });

  it('refuses an unknown format, host and rule, and says what there is', async () => {
    await expect(lint({}, { format: 'xml' })).rejects.toThrow(
      '--format: expected text, github, json, sarif, got "xml"',
    );
    await expect(lint({}, { host: 'gitlab' })).rejects.toThrow(
      '--host: expected gitea-1.22, gitea-1.26, forgejo, github, got "gitlab"',
    );
    await expect(lint({}, { explain: 'nope' })).rejects.toThrow('there is no rule "nope"');
  });

  it('explains every rule', async () => {
    for (const { id, title, fix } of RULES) {
      const { exit, stdout } = await lint({}, { explain: id });
      expect(exit).toBe(0);
      for (const part of [id, title, fix, 'Why: ', 'Bad:', 'Good:']) expect(stdout).toContain(part);
    }
  });
});

describe('greenlane lint --fix', () => {
  it('names unnamed files, renames slashes and twins, puts deploys on the lane, and leaves the rest', async () => {
    const deploy =
      'jobs:\n  d:\n    runs-on: ubuntu-latest # old\n    steps:\n      - run: greenlane deploy\n        timeout-minutes: 90\n';
    const { exit, stderr, cwd } = await lint(
      {
        '.gitea/workflows/a.yml': `# top\non: [push]\n${job}`,
        '.gitea/workflows/b.yml': `name: x / y\non: [push]\n${job}`,
        '.gitea/workflows/c.yml': `name: Twin\non: [push]\n${job}`,
        '.gitea/workflows/d.yml': `name: Twin\non: [push]\n${deploy}`,
        '.gitea/workflows/e.yml': `\uFEFFname: 'CI / all'\non: [push]\n${job}`,
      },
      { fix: true },
    );
    const read = (name: string) => readFileSync(join(cwd, '.gitea/workflows', name), 'utf8');
    expect(exit).toBe(0);
    expect(stderr.trim().split('\n')).toHaveLength(4);
    expect(read('a.yml')).toBe(`# top\nname: a\non: [push]\n${job}`);
    expect(read('b.yml')).toBe(`name: x - y\non: [push]\n${job}`);
    expect(read('c.yml')).toContain('name: Twin\n');
    expect(read('d.yml')).toBe(`name: Twin (d)\non: [push]\n${deploy.replace('ubuntu-latest', 'publish')}`);
    expect(read('e.yml')).toBe(`\uFEFFname: CI - all\non: [push]\n${job}`);
  });

  it('renames nothing that a required context names', async () => {
    const files = {
      'greenlane.yaml': 'lint:\n  required: ["x / y / a (push)"]\n',
      '.gitea/workflows/b.yml': `name: x / y\non: [push]\n${job}`,
    };
    const { exit, stderr } = await lint(files, { fix: true });
    expect([exit, stderr]).toEqual([1, '']);
  });

  it('moves a guest off the lane only when a label for it is configured', async () => {
    const guest = `name: G\non: [pull_request]\n${job.replace('ubuntu-latest', 'publish')}`;
    expect((await lint({ '.gitea/workflows/g.yml': guest }, { fix: true })).exit).toBe(1);
    const { exit, cwd } = await lint(
      { 'greenlane.yaml': 'lint: { ordinaryLabel: docker }\n', '.gitea/workflows/g.yml': guest },
      { fix: true },
    );
    expect(exit).toBe(0);
    expect(readFileSync(join(cwd, '.gitea/workflows/g.yml'), 'utf8')).toContain('runs-on: docker\n');
  });
});

describe('the section lint of greenlane.yaml', () => {
  const noted = {
    '.gitea/workflows/a.yml': `name: A\non: [push]\npermissions: read-all\n${job}`,
    '.gitea/workflows/b.yml': `name: B\non: [push]\npermissions: read-all\n${job}`,
  };

  it('sets the level of a rule, for all files and for some', async () => {
    expect(
      (await lint({ ...noted, 'greenlane.yaml': 'lint: { rules: { ignored-key: error } }\n' })).exit,
    ).toBe(1);
    expect(
      (await lint({ ...noted, 'greenlane.yaml': 'lint: { rules: { ignored-key: off } }\n' })).stdout,
    ).toContain('nothing found');
    const some =
      'lint:\n  rules: { ignored-key: error }\n  overrides:\n    - files: ["**/a.yml"]\n      rules: { ignored-key: off }\n';
    const { stdout } = await lint({ ...noted, 'greenlane.yaml': some });
    expect([stdout.includes('a.yml:'), stdout.includes('b.yml:3:1: error')]).toEqual([false, true]);
  });

  it.each([
    [
      'lint: { rules: { no-such-rule: off } }\n',
      /greenlane\.yaml:1: lint\.rules\.no-such-rule: there is no such rule/,
    ],
    ['lint:\n  host: gitlab\n', /greenlane\.yaml:2: lint\.host: /],
    ['lint:\n  rulez: {}\n', /greenlane\.yaml:2: lint: .*rulez/],
    ['lint:\n  tracker: "("\n', /greenlane\.yaml:2: lint\.tracker: expected a regular expression/],
    ['lint: [\n', /greenlane\.yaml:\d+: not valid YAML/],
  ])('is refused with its place when it says %j', async (config, message) => {
    await expect(lint({ ...noted, 'greenlane.yaml': config })).rejects.toThrow(message);
  });

  it('takes required contexts, branch, forge and control plane from the fleet', async () => {
    const fleet =
      'fleets:\n  production:\n    branch: trunk\n    forge: { kind: github }\n    controlPlane: { url: "https://cp.acme.example" }\n    killSwitch: { variable: STOP }\n    gates:\n      required: ["CI / a (push)"]\n';
    const workflow = `name: CI\non:\n  push:\n    branches: [main]\n${job}`;
    const { stdout } = await lint({ 'greenlane.yaml': fleet, '.github/workflows/ci.yml': workflow });
    expect(stdout).toContain('the required context `CI / a (push)` is not posted on the branch `trunk`');
    expect(stdout).toContain('for github');
  });

  it('points into the configuration when no workflow posts a required context', async () => {
    const { stdout } = await lint({
      'greenlane.yaml': 'lint:\n  required:\n    - "Scan / diff (push)"\n',
      '.gitea/workflows/a.yml': FINE,
    });
    expect(stdout).toContain(
      'greenlane.yaml:3:7: error: no workflow posts the required context `Scan / diff (push)` [missing-context]',
    );
  });

  it('must be there when it was named', async () => {
    await expect(lint({}, { config: 'other.yaml' })).rejects.toThrow('other.yaml: cannot be read (ENOENT)');
    await expect(lint({}, {}, { GREENLANE_CONFIG: 'gone.yaml' })).rejects.toThrow('gone.yaml');
  });

  it('is read from the file that was named', async () => {
    const cwd = temporaryTree({ ...noted });
    writeFileSync(join(cwd, 'mine.yaml'), 'lint: { rules: { ignored-key: error } }\n');
    const context = { cwd, env: {}, stdout: () => undefined, stderr: () => undefined };
    expect(await run({ config: 'mine.yaml' }, context)).toBe(1);
  });
});
