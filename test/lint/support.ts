import { mkdtempSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostId } from '../../src/lint/host.ts';
import { lintFiles, type LintOptions, type LintResult } from '../../src/lint/index.ts';
import { loadSettings } from '../../src/lint/load-settings.ts';

export type Files = Readonly<Record<string, string | Buffer>>;

/** A directory with these files, gone when the run of the tests ends (test/support/scratch.ts). */
export function temporaryTree(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'greenlane-lint-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** Lints a tree as the command does. `.runners` lists what the forge would say. */
export async function lintTree(files: Files, options: Partial<LintOptions> = {}): Promise<LintResult> {
  const runners = files['.runners'];
  const root = temporaryTree(files);
  const config = await loadSettings({
    path: join(root, 'greenlane.yaml'),
    name: 'greenlane.yaml',
    mustExist: false,
  });
  const labels =
    runners === undefined
      ? {}
      : {
          runnerLabels: String(runners)
            .split(',')
            .map((label) => label.trim()),
        };
  return lintFiles({ root, config, ...labels, ...options });
}

/** One workflow below `.gitea/workflows`, with its rule ids as a list. */
export async function rulesOf(workflow: string, options: Partial<LintOptions> = {}): Promise<string[]> {
  const { findings, unreadable } = await lintTree({ '.gitea/workflows/ci.yml': workflow }, options);
  return [...findings.map(({ rule }) => rule), ...unreadable.map(({ reason }) => `unreadable: ${reason}`)];
}

export interface CorpusCase {
  readonly name: string;
  readonly files: Files;
  readonly host: HostId | undefined;
}

/**
 * The cases of `ok` or `err`: a file, or a directory of files that are linted together. The first lines of a file
 * may say `# host: …`, `# runners: …` and `# greenlane.yaml: …`.
 */
export function corpus(kind: 'ok' | 'err'): CorpusCase[] {
  const base = join(import.meta.dirname, kind);
  return readdirSync(base)
    .filter((name) => !name.endsWith('.out'))
    .sort()
    .map((name) => {
      const path = join(base, name);
      const names = statSync(path).isDirectory()
        ? readdirSync(path).map((inner) => join(path, inner))
        : [path];
      const first = readFileSync(names[0] ?? path, 'utf8');
      const config = header(first, 'greenlane.yaml');
      const runners = header(first, 'runners');
      const files: Record<string, Buffer | string> = {};
      for (const file of names)
        files[`.gitea/workflows/${file.slice(dirname(file).length + 1)}`] = readFileSync(file);
      if (config !== undefined) files['greenlane.yaml'] = `${config}\n`;
      if (runners !== undefined) files['.runners'] = runners;
      return { name: name.replace(/\.ya?ml$/, ''), files, host: header(first, 'host') as HostId | undefined };
    });
}

function header(text: string, key: string): string | undefined {
  return new RegExp(`^# ${key.replace('.', '\\.')}: (.*)$`, 'm').exec(text)?.[1];
}
