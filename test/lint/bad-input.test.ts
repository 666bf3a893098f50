import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { exitCodeOf } from '../../src/lint/format/summary.ts';
import { lintFiles } from '../../src/lint/index.ts';
import { DEFAULT_SETTINGS } from '../../src/lint/settings.ts';
import { lintTree, rulesOf, temporaryTree, type Files } from './support.ts';

const FINE =
  'name: Fine\non: [push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n';
const BROKEN =
  'name: Broken\non:\n  workflow_run:\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n';

/** Lints a file beside one that is fine and one with a finding: both must still be looked at. */
async function beside(content: string | Buffer) {
  const files: Files = {
    '.gitea/workflows/a-fine.yml': FINE,
    '.gitea/workflows/bad.yml': content,
    '.gitea/workflows/z-broken.yml': BROKEN,
  };
  const result = await lintTree(files);
  expect(result.findings.map(({ file, rule }) => `${file} ${rule}`)).toContain(
    '.gitea/workflows/z-broken.yml workflow-run',
  );
  const own = result.findings
    .filter(({ file }) => file === '.gitea/workflows/bad.yml')
    .map(({ rule }) => rule);
  return { own, unreadable: result.unreadable, exit: exitCodeOf(result) };
}

describe('a file that is no workflow', () => {
  it.each([
    ['empty', '', ['not-a-workflow']],
    ['only a comment', '# nothing yet\n', ['not-a-workflow']],
    ['a list', '- a\n- b\n', ['not-a-workflow']],
    ['one word', 'workflow\n', ['not-a-workflow']],
    ['null', '~\n', ['not-a-workflow']],
    ['no jobs', 'name: X\non: [push]\n', ['not-a-workflow']],
    ['jobs without any', 'name: X\non: [push]\njobs: {}\n', ['not-a-workflow']],
    ['no triggers', 'name: X\njobs:\n  a:\n    runs-on: x\n    steps: []\n', ['not-a-workflow']],
  ])('is a finding when it is %s', async (_what, content, expected) => {
    const { own, unreadable, exit } = await beside(content);
    expect(own).toEqual(expected);
    expect(unreadable).toEqual([]);
    expect(exit).toBe(1);
  });

  it.each([
    ['indented by tabs', 'name: X\non:\n\tpush:\n', /not valid YAML/],
    ['never closed', 'name: [a, b\non: push\n', /not valid YAML/],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), /binary/],
    ['not UTF-8', Buffer.from([0x6e, 0x3a, 0x20, 0xff, 0xfe, 0x0a]), /not UTF-8/],
    ['an unknown alias', 'name: *nobody\non: [push]\n', /not valid YAML/],
    ['larger than any workflow', `# ${'x'.repeat(1024 * 1024)}\n`, /bytes/],
    ['nested twenty thousand times', '['.repeat(20_000), /not valid YAML|too deeply/],
  ])('is named with exit 2 when it is %s', async (_what, content, reason) => {
    const { unreadable, exit } = await beside(content);
    expect(unreadable.map(({ file }) => file)).toEqual(['.gitea/workflows/bad.yml']);
    expect(unreadable[0]?.reason).toMatch(reason);
    expect(exit).toBe(2);
  });
});

describe('a script nested deeper than anybody writes', () => {
  const workflowOf = (run: string) =>
    stringify({ name: 'Deep', on: ['push'], jobs: { a: { 'runs-on': 'x', steps: [{ run }] } } });
  const nested = (open: string, close: string) => `${open.repeat(3_000)}true${close.repeat(3_000)}`;
  it.each([
    ['process substitutions', nested('cat <(', ')')],
    ['substitutions', nested('"$(echo ', ')"')],
    ['groups', nested('{ ', '; }')],
    ['arithmetic', `echo ${nested('$((', '))')}`],
  ])('is named, and not followed, when it is of %s', async (_what, run) => {
    expect(await rulesOf(workflowOf(run))).toContain('shell-syntax');
  });

  it('is not followed where another script runs it', async () => {
    const run = `curl -fsS "$CP_URL" | bash -c '${nested('cat <(', ')')}'`;
    expect(await rulesOf(workflowOf(run))).not.toContain('shell-syntax');
  });
});

describe('a word of two hundred thousand options', () => {
  it.each(['curl', 'wget'])('of %s is read at once', async (program) => {
    const run = `${program} -${'ks'.repeat(100_000)} https://cp.example\n`;
    // A step with a secret in it is followed.
    const steps = [{ env: { TOKEN: '${{ secrets.CP_ADMIN_API_TOKEN }}' }, run }];
    const workflow = stringify({ name: 'X', on: ['push'], jobs: { a: { 'runs-on': 'x', steps } } });
    expect(await rulesOf(workflow)).not.toContain('shell-syntax');
  });
});

describe('an alias bomb', () => {
  const levels = 'abcdefghij'.split('');
  const bomb = levels
    .map(
      (name, index) =>
        `${name}: &${name} [${
          index === 0
            ? 'lol'
            : Array(10)
                .fill(`*${levels[index - 1] ?? ''}`)
                .join(', ')
        }]`,
    )
    .join('\n');

  it('is named with exit 2, and not unfolded first', async () => {
    const before = process.cpuUsage();
    const { unreadable, exit } = await beside(`${bomb}\n`);
    expect(unreadable[0]?.reason).toMatch(/alias bomb/);
    expect(exit).toBe(2);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(10_000);
  });

  it('is named with exit 2 when an alias stands in its own anchor', async () => {
    const { unreadable } = await beside('name: X\non: [push]\njobs: &j\n  a: *j\n');
    expect(unreadable[0]?.reason).toMatch(/alias bomb|not valid YAML/);
  });
});

describe('text that other tools stumble over', () => {
  it('reads Windows line ends, says so, and still finds what is wrong at the right line', async () => {
    const { own, exit } = await beside(BROKEN.replace('Broken', 'Windows').replaceAll('\n', '\r\n'));
    expect(own).toEqual(['text-encoding', 'workflow-run']);
    expect(exit).toBe(1);
  });

  it('reads a byte-order mark, says so, and counts columns without it', async () => {
    const result = await lintTree({
      '.gitea/workflows/a.yml': `\uFEFFname: A / B\n${BROKEN.slice(BROKEN.indexOf('\n') + 1)}`,
    });
    expect(result.findings.map(({ rule, line, column }) => `${rule} ${line}:${column}`)).toEqual([
      'text-encoding 1:1',
      'name-slash 1:7',
      'workflow-run 3:3',
    ]);
  });
});

describe('links and rights', () => {
  it('names links in a circle and a link to nothing, and does not enter linked directories', () => {
    const root = temporaryTree({ '.gitea/workflows/fine.yml': FINE });
    const dir = join(root, '.gitea/workflows');
    symlinkSync('b.yml', join(dir, 'a.yml'));
    symlinkSync('a.yml', join(dir, 'b.yml'));
    symlinkSync('nowhere.yml', join(dir, 'c.yml'));
    mkdirSync(join(dir, 'deep'));
    symlinkSync('..', join(dir, 'deep', 'loop'));
    const result = lintFiles({ root, config: DEFAULT_SETTINGS });
    expect(result.unreadable).toEqual([
      { file: '.gitea/workflows/a.yml', reason: 'symbolic links in a circle' },
      { file: '.gitea/workflows/b.yml', reason: 'symbolic links in a circle' },
      { file: '.gitea/workflows/c.yml', reason: 'is a symbolic link to a file that is not there' },
    ]);
    expect(result.files).toContain('.gitea/workflows/fine.yml');
    expect(result.files.filter((file) => file.includes('loop'))).toEqual([]);
  });

  it('reads a link to a file', () => {
    const root = temporaryTree({ 'shared/fine.yml': FINE, '.gitea/workflows/x.yml': BROKEN });
    symlinkSync('../../shared/fine.yml', join(root, '.gitea/workflows/fine.yml'));
    expect(lintFiles({ root, config: DEFAULT_SETTINGS }).unreadable).toEqual([]);
  });

  it('names a file it may not read', () => {
    const root = temporaryTree({ '.gitea/workflows/fine.yml': FINE, '.gitea/workflows/secret.yml': FINE });
    chmodSync(root, 0o755);
    chmodSync(join(root, '.gitea/workflows/secret.yml'), 0);
    // Root reads everything, so the check runs as nobody where it can.
    if (process.getuid?.() !== 0) {
      expect(lintFiles({ root, config: DEFAULT_SETTINGS }).unreadable[0]?.reason).toBe(
        'no permission to read it',
      );
      return;
    }
    const script = `import { readSource } from ${JSON.stringify(join(import.meta.dirname, '../../src/lint/source/read.ts'))}; process.seteuid(65534); console.log(JSON.stringify(readSource(${JSON.stringify(join(root, '.gitea/workflows/secret.yml'))}, 'secret.yml')));`;
    const entry = join(temporaryTree({ 'as-nobody.mts': script }), 'as-nobody.mts');
    const output = execFileSync(
      process.execPath,
      [join(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs'), entry],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(output)).toEqual({ file: 'secret.yml', reason: 'no permission to read it' });
  });

  it('names what is no regular file', () => {
    const root = temporaryTree({ '.gitea/workflows/fine.yml': FINE });
    execFileSync('mkfifo', [join(root, '.gitea/workflows/pipe.yml')]);
    expect(lintFiles({ root, config: DEFAULT_SETTINGS }).unreadable).toEqual([
      { file: '.gitea/workflows/pipe.yml', reason: 'is not a regular file' },
    ]);
  });
});

describe('directories', () => {
  it('gives a notice and exit 0 for none, and for an empty one', () => {
    const none = lintFiles({ root: temporaryTree({ 'README.md': '' }), config: DEFAULT_SETTINGS });
    expect(none.notice).toBe('no workflow files: there is no directory .gitea/workflows');
    expect(exitCodeOf(none)).toBe(0);
    const empty = lintFiles({
      root: temporaryTree({ '.gitea/workflows/README.md': '' }),
      config: DEFAULT_SETTINGS,
    });
    expect(empty.notice).toBe('no workflow files: .gitea/workflows holds no .yml or .yaml');
    expect(exitCodeOf(empty)).toBe(0);
  });

  it('takes the first of the known directories, and its host', () => {
    const files = { '.forgejo/workflows/a.yml': BROKEN, '.github/workflows/b.yml': FINE };
    const forgejo = lintFiles({ root: temporaryTree(files), config: DEFAULT_SETTINGS });
    expect([forgejo.host, ...forgejo.files]).toEqual(['forgejo', '.forgejo/workflows/a.yml']);
    const github = lintFiles({
      root: temporaryTree({ '.github/workflows/b.yml': BROKEN }),
      config: DEFAULT_SETTINGS,
    });
    expect([github.host, github.findings.length]).toEqual(['github', 0]);
  });

  it('takes the host of the configured forge before that of the directory', async () => {
    const config = 'fleets:\n  production:\n    forge: { kind: gitea }\n';
    const result = await lintTree({ 'greenlane.yaml': config, '.github/workflows/b.yml': BROKEN });
    expect([result.host, result.findings[0]?.rule]).toEqual(['gitea-1.22', 'workflow-run']);
  });

  it('lints only the files it is given, and compares them with their neighbours', () => {
    const root = temporaryTree({
      '.gitea/workflows/a.yml': FINE,
      '.gitea/workflows/b.yml': FINE,
      '.gitea/workflows/c.yml': BROKEN,
    });
    const result = lintFiles({ root, files: ['.gitea/workflows/b.yml'], config: DEFAULT_SETTINGS });
    expect(result.findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
      '.gitea/workflows/b.yml name-collision',
    ]);
    expect(result.files).toEqual(['.gitea/workflows/b.yml']);
  });

  it('names a given file that is not there', () => {
    const result = lintFiles({ root: temporaryTree({}), files: ['nowhere/x.yml'], config: DEFAULT_SETTINGS });
    expect(result.unreadable).toEqual([{ file: 'nowhere/x.yml', reason: 'no such file' }]);
  });
});
