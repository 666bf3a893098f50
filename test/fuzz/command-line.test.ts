import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { main as Main } from '../../src/cli.ts';
import { greenlane, start } from '../support/cli.ts';
import { countOf } from '../support/nightly.ts';
import { fuzz, FUZZ_TIMEOUT_MS, SEED } from './fuzz.ts';
import { mutatedText } from './mutations.ts';

let main: typeof Main;
let directory: string;
const kept = { argv: process.argv, exitCode: process.exitCode, cli: process.env['TEMPORAL_CLI_PATH'] };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'greenlane-args-'));
  writeFileSync(
    join(directory, 'greenlane.yaml'),
    `fleets:
  production:
    repo: acme/core
    forge: { kind: gitea, url: http://127.0.0.1:1 }
    controlPlane: { url: http://127.0.0.1:1 }
    tenants: { buildinfoUrl: "http://127.0.0.1:1/{slug}" }
`,
  );
  // It is a program: loaded, it runs what it is given.
  process.argv = ['node', 'greenlane', '--version'];
  ({ main } = await import('../../src/cli.ts'));
  // No server of any kind is started by an argument.
  process.env['TEMPORAL_CLI_PATH'] = directory;
});
afterAll(() => {
  process.argv = kept.argv;
  process.exitCode = kept.exitCode;
  if (kept.cli === undefined) delete process.env['TEMPORAL_CLI_PATH'];
  else process.env['TEMPORAL_CLI_PATH'] = kept.cli;
  rmSync(directory, { recursive: true });
});

const ALONE = ['plan', 'lint', 'self-test', 'completion', 'check-superseded', 'gates', 'sop', 'doctor'];
const SERVED = [
  ...[
    'deploy',
    'halt',
    'resume',
    'abort',
    'supersede',
    'skip-soak',
    'approve',
    'reject',
    'rollback',
    'retry',
  ],
  ...[
    'redeploy',
    'pin',
    'unpin',
    'freeze',
    'unfreeze',
    'status',
    'queue',
    'history',
    'watch',
    'board',
    'report',
  ],
  ...['worker', 'setup', 'dev', 'demo'],
];
const OPTIONS = [
  ...['--sha', '--reason', '--to', '--tag', '--by', '--until', '--timeout', '--tenants', '--port', '--host'],
  ...[
    '--format',
    '--history',
    '--workflow-dir',
    '--fix',
    '--explain',
    '--pr',
    '--body',
    '--no-post',
    '--no-wait',
  ],
  ...[
    '--dry-run',
    '--urgent',
    '--again',
    '--json',
    '--fleet',
    '--config',
    '--current-build',
    '--keep',
    '--halt',
  ],
];
const sha = '0123456789'.repeat(4);
/** No process that has nothing to wait for takes longer, on a machine that has other things to do as well. */
const PROCESS_MS = 60_000;
const values = fc.oneof(
  fc.constantFrom(
    sha,
    'production',
    'because',
    'staging-0123456',
    '5',
    '2h',
    'json',
    'bash',
    '-',
    '--',
    '',
    '__proto__',
  ),
  mutatedText(sha, 'production', '2026-11-22T18:00:00Z', '90m', '${{ github.sha }}').filter(
    (text) => !text.includes('/'),
  ),
);
const argument = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...OPTIONS), values).map(([name, value]) => [name, value]),
  },
  { weight: 1, arbitrary: fc.constantFrom(...OPTIONS).map((name) => [name]) },
  { weight: 1, arbitrary: values.map((value) => [value]) },
);
const commandLines = fc
  .tuple(fc.constantFrom(...ALONE, ...SERVED, 'help', 'complete', ''), fc.array(argument, { maxLength: 4 }))
  .map(([command, rest]) => [command, ...rest.flat()]);

const environment = (): Record<string, string> => ({
  GREENLANE_CONFIG: join(directory, 'greenlane.yaml'),
  // Refused before anything is sent, so that no case waits for a connection.
  TEMPORAL_TLS_CLIENT_CERT_PATH: join(directory, 'none.pem'),
});

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function inProcess(args: readonly string[]): Promise<Said> {
  let stdout = '';
  let stderr = '';
  const code = await main(args, {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    cwd: directory,
    env: environment(),
  });
  return { code, stdout, stderr };
}

function expectContract(args: readonly string[], { code, stdout, stderr }: Said): void {
  expect([0, 1, 2, 5, 6, 7, 10]).toContain(code);
  expect(stderr).not.toMatch(/This is a bug|\n {4}at /);
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  const [command = ''] = args;
  const asksForHelp = stdout.startsWith('Usage:') || stdout === '0.1.0\n';
  if (SERVED.includes(command) && !asksForHelp) expect(code).not.toBe(0);
  // The linter names what it cannot read among its findings, in the format that was asked for.
  if (code === 2 && command !== 'lint') expect(stderr).toMatch(/^greenlane: \S/m);
  if (code === 2) expect(stdout + stderr).not.toBe('');
  if (command === 'plan' && code === 0 && !asksForHelp)
    expect((JSON.parse(stdout) as { sha: string }).sha).toMatch(/^[0-9a-f]{40}$/);
}

describe('arguments of any kind', () => {
  it(
    'end with a code of the contract and a line for people; what needs a server never says it is done without one',
    () => fuzz(commandLines, async (args) => expectContract(args, await inProcess(args))),
    FUZZ_TIMEOUT_MS,
  );

  it('are quoted in one line that no terminal and no CI log acts upon', async () => {
    for (const args of [['status', '-\u001b[2J\n::error::x'], ['\u001b[2J\n::error::x'], ['--\u0007']]) {
      const { code, stderr } = await inProcess(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^greenlane: unknown (option|command) .*\n\(see greenlane --help/);
      expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|\n::/);
    }
  });

  it.each(['dev', 'demo'])('%s ends where no Temporal server can be started', async (command) => {
    const temporary = join(directory, command);
    mkdirSync(temporary);
    const env = { TEMPORAL_CLI_PATH: directory, TMPDIR: temporary };
    expect(await greenlane([command], env, directory)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^greenlane: TEMPORAL_CLI_PATH is .* no executable file\./),
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it(
    'end the same in a process of their own',
    async () => {
      // What an operating system hands to a program.
      const passable = commandLines.filter((args) =>
        args.every((text) => !/\p{Cs}/u.test(text) && !text.includes('\u0000') && text.length < 50_000),
      );
      for (const args of fc.sample(passable, { numRuns: countOf('fuzz processes'), seed: SEED })) {
        const { child, done } = start(args, { ...environment(), TEMPORAL_CLI_PATH: directory }, directory);
        const patience = setTimeout(() => child.kill('SIGKILL'), PROCESS_MS);
        const said = await done;
        clearTimeout(patience);
        expect({ args, signal: said.signal }).toEqual({ args, signal: null });
        expectContract(args, said);
        expect({ args, code: said.code }).toEqual({ args, code: (await inProcess(args)).code });
      }
    },
    FUZZ_TIMEOUT_MS,
  );
});
