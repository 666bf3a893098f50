import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/file.ts';
import { ConfigurationError } from '../../src/errors.ts';

const valid = `fleets:
  production:
    repo: acme/core
    forge: { kind: gitea, url: https://git.example }
    controlPlane: { url: https://cp.example }
    tenants: { buildinfoUrl: 'https://{slug}.example/buildinfo' }
`;

/** Anchors that each name the one before ten times: what it stands for grows tenfold a line. */
const aliases = (lines: number) =>
  Array.from({ length: lines }, (_, line) => {
    const items = Array.from({ length: 10 }, () => (line === 0 ? 'x' : `*a${line - 1}`));
    return `a${line}: &a${line} [${items.join(', ')}]`;
  }).join('\n');

/** What is said of a text; the test fails when nothing is. */
function problemOf(text: string): string {
  try {
    parseConfig(text, 'greenlane.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error(`nothing was wrong with:\n${text}`);
}

describe('parseConfig', () => {
  it('fills in what is not said, each time anew', () => {
    const fleet = () => parseConfig(valid, 'greenlane.yaml').fleets['production'];
    fleet()?.gates.required.push('mine');
    fleet()?.overrides.push('gatePoll');
    expect(fleet()).toMatchObject({
      branch: 'main',
      forge: { token: 'AUTO_SYNC_TOKEN', controlToken: 'PROD_AUTO_DEPLOY_CONTROL_TOKEN' },
      gates: { timeout: 3_600_000, poll: 15_000 },
      rollout: { tag: 'staging-{sha7}', canary: 'hongming', batchSize: 3, soak: 60_000, maxStragglers: 1 },
      verify: { settle: 240_000, interval: 20_000, concurrency: 64, timeout: 10_000 },
      killSwitch: { variable: 'PROD_AUTO_DEPLOY_DISABLED' },
      supersede: 'newest-ready',
      halt: { deadline: 86_400_000 },
      approval: { required: false },
      freeze: { windows: [] },
      notify: [],
      overrides: [],
      tolerant: false,
    });
    expect(fleet()?.gates.required).toHaveLength(6);
  });

  it.each([
    ['gates: 3', 'gates: expected keys with values, got 3'],
    [
      'gates: { polling: 3 }',
      'gates: unknown key `polling`; see docs/configuration.md for the keys there are',
    ],
    [
      'gates: { required: [] }',
      'gates.required: expected at least one context: all of nothing is not green (I-08)',
    ],
    ['gates: { required: [a, 3] }', 'gates.required[1]: expected a text, got 3'],
    [
      "gates: { required: [' '] }",
      'gates.required[0]: expected the name of a status context, got an empty string',
    ],
    ['gates: { timeout: 0 }', 'gates.timeout: expected a duration such as 60m, 15s or 2h, got 0'],
    ['halt: { deadline: 31d }', 'halt.deadline: expected a duration such as 60m, 15s or 2h, got "31d"'],
    [
      'rollout: { tag: latest }',
      'rollout.tag: expected a tag with {sha7} or {sha} in it, such as staging-{sha7}, got "latest"',
    ],
    ['rollout: { batchSize: 501 }', 'rollout.batchSize: expected a whole number from 1 to 500, got 501'],
    ["rollout: { batchSize: '3' }", 'rollout.batchSize: expected a whole number from 1 to 500, got "3"'],
    ['rollout: { onFailure: explode }', 'rollout.onFailure: expected `stop` or `rollback`, got "explode"'],
    ['branch: 3', 'branch: expected a text, got 3'],
    ["branch: ''", 'branch: expected a text that is not empty, got ""'],
    ['approval: { required: maybe }', 'approval.required: expected `true` or `false`, got "maybe"'],
    ['registry: { image: acme/core }', 'registry.url: missing; expected a text'],
    [
      'registry: { url: cr.example, image: a }',
      'registry.url: expected a URL such as https://api.example.com, got "cr.example"',
    ],
    [
      'killSwitch: { variable: off }',
      'killSwitch.variable: expected the name of an environment variable such as CP_ADMIN_API_TOKEN, got "off"',
    ],
    ['notify: [{ kind: mail, url: X }]', 'notify[0].kind: expected `webhook` or `slack`, got "mail"'],
    [
      "freeze: { windows: [{ days: [mon], from: '25:00' }] }",
      'freeze.windows[0].from: expected a time of day such as 18:00, got "25:00"',
    ],
    [
      'freeze: { windows: [{ days: [mon], timeZone: Mars }] }',
      'freeze.windows[0].timeZone: expected a time zone such as Europe/Berlin, got "Mars"',
    ],
    ['tolerant: true', 'tolerant: the production fleet fails closed: `tolerant` is for staging, got true'],
  ])('says of `%s` where it stands and what was expected', (line, problem) => {
    expect(problemOf(`${valid}    ${line}\n`)).toBe(`greenlane.yaml:7: fleets.production.${problem}`);
  });

  it.each([
    ['', 'greenlane.yaml:1: fleets: missing; expected keys with values'],
    ['[]', 'greenlane.yaml:1: expected keys with values, got a list'],
    [
      'fleets: { Prod: {} }',
      'greenlane.yaml:1: fleets.Prod: expected a name of small letters, digits and dashes',
    ],
    [
      `${valid}    verfy: {}\n    gates:\n      timeout: 1m\n      timeouts: 1m\n`,
      'greenlane.yaml:7: fleets.production: unknown key `verfy`; see docs/configuration.md for the keys there are',
    ],
    [
      `${valid}    gates:\n      timeout: 1m\n      timeouts: 1m\n`,
      'greenlane.yaml:9: fleets.production.gates: unknown key `timeouts`; see docs/configuration.md for the keys there are',
    ],
    ['fleets: [1]', 'greenlane.yaml:1: fleets: expected keys with values, got a list'],
    ['fleets: {}', 'greenlane.yaml:1: fleets: expected at least one fleet'],
    ['fleets: { production: {} }', 'greenlane.yaml:1: fleets.production.repo: missing; expected a text'],
    ['\n\tfleets: {}', 'greenlane.yaml:2: not valid YAML: Tabs are not allowed as indentation'],
    [`${valid}    repo: acme/other`, 'greenlane.yaml:7: not valid YAML: Map keys must be unique'],
    [
      `${valid}  __proto__: { tolerant: true }`,
      'greenlane.yaml:7: fleets.__proto__: expected a name of small letters, digits and dashes',
    ],
    [`${': '.repeat(5_000)}]`, 'greenlane.yaml: not usable YAML: nested too deeply'],
    [aliases(4), 'greenlane.yaml: not usable YAML: too many aliases'],
  ])('says of %j where it is no configuration', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it.each([
    ['lint: { hosts: github }', 'lint: unknown key `hosts`; see docs/lint.md for the keys there are'],
    [
      'lint: { host: gitlab }',
      'lint.host: expected `gitea-1.22`, `gitea-1.26`, `forgejo` or `github`, got "gitlab"',
    ],
    [
      'lint: { rules: { lane-guest: on } }',
      'lint.rules.lane-guest: expected `error`, `warning` or `off`, got "on"',
    ],
    ["lint: { tracker: '(' }", 'lint.tracker: expected a regular expression, got "("'],
    ['lint: { overrides: [{ files: [], rules: {} }] }', 'lint.overrides[0].files: expected at least 1 entry'],
    ['sop: { reviewer: {} }', 'sop: unknown key `reviewer`; see docs/sop.md for the keys there are'],
    [
      'sop: { reviewers: { devops: { teams: [devops] }, sre: {}, security: { users: [kurt] } } }',
      'sop.reviewers.sre: expected at least one team or user: nobody could approve',
    ],
    [
      'sop: { reviewers: { devops: devops } }',
      'sop.reviewers.devops: expected keys with values, got "devops"',
    ],
  ])('refuses `%s` in a section that other commands use', (line, problem) => {
    expect(problemOf(`${valid}${line}\n`)).toBe(`greenlane.yaml:7: ${problem}`);
  });

  it('names the first problem in the order of the file', () => {
    const text = `${valid}    verify: { concurrency: 0 }\n    gates: { poll: never }\n`;
    expect(problemOf(text)).toBe(
      'greenlane.yaml:7: fleets.production.verify.concurrency: expected a whole number from 1 to 1024, got 0',
    );
  });
});
