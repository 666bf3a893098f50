import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programPath } from '../../src/dev/program.ts';
import { greenlane } from '../support/cli.ts';

const run = promisify(execFile);

async function after(...words: string[]): Promise<string[]> {
  const { stdout } = await greenlane(['complete', '--', ...words], {});
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => line.split('\t')[0] ?? '');
}

describe('shell completion', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-completion-'));
  let script = '';

  beforeAll(async () => {
    const path = join(directory, 'greenlane');
    writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${programPath()}" "$@"\n`);
    chmodSync(path, 0o755);
    script = (await greenlane(['completion', 'bash'], {})).stdout;
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** What bash offers for the words, the last of which is being typed. */
  async function bash(...words: string[]): Promise<string[]> {
    const set = `COMP_WORDS=(greenlane "$@"); COMP_CWORD=$#; _greenlane; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['--norc', '-c', `${script}\n${set}`, 'bash', ...words], {
      cwd: directory,
      env: { PATH: `${directory}:${process.env['PATH'] ?? ''}` },
    });
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('knows every command of --help', async () => {
    const help = (await greenlane(['--help'], {})).stdout;
    const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map((match) => match[1]);
    expect(commands.length).toBeGreaterThan(20);
    expect(await after('')).toEqual(expect.arrayContaining(commands.filter((name) => name !== 'help')));
  });

  it('meets an example in the help of every command, with options that it has', async () => {
    const commands = (await after('')).filter((name) => name !== 'help');
    for (let at = 0; at < commands.length; at += 8)
      await Promise.all(
        commands.slice(at, at + 8).map(async (name) => {
          const { code, stdout } = await greenlane([name, '--help'], {});
          const [, example = ''] = /\nExample:\n {2}(?:source <\()?(greenlane .+)\n$/.exec(stdout) ?? [];
          expect([name, code, example.split(' ')[1]?.replace(')', '')]).toEqual([name, 0, name]);
          const [options = ''] = stdout.split('Example:');
          for (const [, flag = ''] of example.matchAll(/ (-{1,2}[a-z][a-z-]*)/g))
            expect(options).toMatch(new RegExp(`[ ,]${flag}[ ,]`));
        }),
      );
  });

  it('knows the options of a command, and those of all', async () => {
    expect(await after('halt', '--')).toEqual([
      '--sha',
      '--reason',
      '--version',
      '--config',
      '--fleet',
      '--json',
    ]);
  });

  it('knows the values that are fixed, for the command they belong to', async () => {
    expect(await after('report', '--format', '')).toEqual(['html', 'md']);
    expect(await after('lint', '--format', 's')).toEqual(['sarif']);
    expect(await after('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('knows the fleets of the configuration, and is silent about one that cannot be read', async () => {
    const config = join(directory, 'greenlane.yaml');
    writeFileSync(config, 'fleets: 7\n');
    const words = ['complete', '--', 'status', '--fleet', ''];
    const broken = await greenlane(words, { GREENLANE_CONFIG: config });
    expect([broken.code, broken.stdout, broken.stderr]).toEqual([0, ':4\n', '']);
  });

  it('works in bash, also behind a global option', async () => {
    expect(await bash('--fleet', 'production', 'sta')).toEqual(['status']);
    expect(await bash('skip-soak', '--r')).toEqual(['--reason']);
  });

  it('never runs what has only been typed', async () => {
    const trap = join(directory, 'trap');
    await bash('halt', '--reason', `$(touch ${trap})`, '--s');
    await bash('halt', '--reason', `\`touch ${trap}\``, '--s');
    expect(existsSync(trap)).toBe(false);
  });

  it('says in one line which shells there are', async () => {
    const { code, stdout, stderr } = await greenlane(['completion', 'tcsh'], {});
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'greenlane: completion: expected bash, zsh, fish, got "tcsh". For bash: source <(greenlane completion bash)\n',
    );
  });
});
