import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import { programPath } from '../../src/dev/program.ts';

/** A command of a runbook, as it stands there, and the lines that the runbook shows below it. */
export interface Command {
  readonly text: string;
  readonly shown: readonly string[];
}

/** Programs whose calls in running text are commands too. */
const INLINE = /^(greenlane|curl|docker|temporal) [\w-]/;

/**
 * Every command of a runbook: the lines of its `sh` blocks, those behind `$` in its `console` blocks with what is shown
 * below them, and calls in running text.
 */
export function commandsOf(markdown: string): Command[] {
  const found: Command[] = [];
  const prose = markdown.replace(/^```(\w*)\n([\s\S]*?)^```$/gm, (_, language: string, block: string) => {
    const lines = block.replace(/\\\n\s*/g, '').split('\n');
    for (const line of lines.filter((one) => one.trim() !== '')) {
      const typed = language === 'sh' ? line : /^\$ (.*)/.exec(line)?.[1];
      const last = found.at(-1);
      if (typed !== undefined) found.push({ text: typed.replace(/\s+#.*$/, ''), shown: [] });
      else if (language === 'console' && last !== undefined)
        found.splice(-1, 1, { ...last, shown: [...last.shown, line] });
      else throw new Error(`a block that is neither sh nor console: ${line}`);
    }
    return '';
  });
  for (const [, code = ''] of prose.matchAll(/`([^`\n]+)`/g))
    if (INLINE.test(code)) found.push({ text: code, shown: [] });
  return found;
}

/** What differs from run to run and stands in a runbook as an example, as patterns; `…` stands for anything. */
const EXAMPLES: readonly (readonly [RegExp, string])[] = [
  [/for 2m:/g, 'for \\w+:'],
  [/\s+/g, '\\s+'],
  [/…/g, '.*'],
  [/2026-11-21T\d\d:\d\d:\d\d\\\.\d{3}Z/g, '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z'],
  [/2026-11-21\\s\+\d\d:\d\d:\d\dZ/g, '\\d{4}-\\d\\d-\\d\\d [\\d:]+Z'],
  [/2863380[0-9a-f]{33}|94e3b86[0-9a-f]{33}/g, '[0-9a-f]{40}'],
  [/2863380|94e3b86/g, '[0-9a-f]{7}'],
];

/** A shown line as a pattern. */
export function patternOf(shown: string): RegExp {
  let pattern = shown.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  for (const [example, by] of EXAMPLES) pattern = pattern.replace(example, by);
  return new RegExp(`^\\s*${pattern}\\s*$`);
}

/** Shown lines that are not in the output, or not in this order; empty when the runbook shows what is really printed. */
export function notPrinted(shown: readonly string[], output: string): string[] {
  const printed = stripVTControlCharacters(output).split('\n');
  let at = 0;
  return shown.filter((line) => {
    const hit = printed.findIndex((one, index) => index >= at && patternOf(line).test(one));
    if (hit !== -1) at = hit + 1;
    return hit === -1;
  });
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** A command that has been started: what it wrote so far, and its end. */
export interface Running {
  output(): string;
  signal(signal: NodeJS.Signals): void;
  readonly done: Promise<Ran>;
}

/** Runs the commands of one runbook, and knows which of them nobody has run. */
export class Runbook {
  /** What stands below each occurrence of a command, in order. */
  readonly #shown = new Map<string, (readonly string[])[]>();
  readonly #left: Set<string>;
  readonly #bin = mkdtempSync(join(tmpdir(), 'greenlane-runbook-'));
  /** Where commands run; a directory with a `greenlane` of this build in its PATH. */
  cwd = this.#bin;
  env: NodeJS.ProcessEnv;

  constructor(name: string, env: NodeJS.ProcessEnv) {
    for (const { text, shown } of commandsOf(readFileSync(join('runbooks', `${name}.md`), 'utf8'))) {
      const before = this.#shown.get(text) ?? [];
      this.#shown.set(text, shown.length === 0 ? before : [...before, shown]);
    }
    this.#left = new Set(this.#shown.keys());
    const shim = join(this.#bin, 'greenlane');
    writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${programPath()}" "$@"\n`);
    chmodSync(shim, 0o755);
    this.env = env;
  }

  /**
   * Starts a command of the runbook as somebody would who copies it. What it prints is held against what the runbook
   * shows: of a command that is shown in several states, against the next of them.
   */
  begin(text: string, more: NodeJS.ProcessEnv = {}): Running {
    this.checked(text);
    const shown = this.#shown.get(text)?.shift() ?? [];
    const child = spawn('bash', ['-c', text], {
      cwd: this.cwd,
      env: { ...this.env, PATH: `${this.#bin}:${this.env['PATH'] ?? ''}`, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return {
      output: () => output,
      signal: (signal) => void child.kill(signal),
      done: ended.then((code) => {
        expect(notPrinted(shown, output), `${text} printed:\n${output}`).toEqual([]);
        return { code, output };
      }),
    };
  }

  /** Runs a command of the runbook to its end, which must be this exit code. */
  async run(text: string, code: number, more: NodeJS.ProcessEnv = {}): Promise<string> {
    const ran = await this.begin(text, more).done;
    expect(ran.code, `${text} printed:\n${ran.output}`).toBe(code);
    return ran.output;
  }

  /** Counts a command as looked at that cannot be run here; whoever calls has checked what it names. */
  checked(text: string): void {
    if (!this.#shown.has(text))
      throw new Error(`the runbook has no command ${text}; it has ${[...this.#shown.keys()].join(', ')}`);
    this.#left.delete(text);
  }

  /** Commands that begin like this. */
  commands(beginning: string): string[] {
    return [...this.#shown.keys()].filter((text) => text.startsWith(beginning));
  }

  /** Commands that were neither run nor checked, and those of which something shown was held against nothing. */
  left(): string[] {
    return [...this.#shown].filter(([text, shown]) => this.#left.has(text) || shown.length > 0).map(([text]) => text);
  }

  remove(): void {
    rmSync(this.#bin, { recursive: true, force: true });
  }
}

/** Makes a runbook's directory a repository as Greenlane wants it: CI that posts the gates, and the deploy's workflow. */
export function checkOut(book: Runbook, gates: readonly string[]): void {
  const workflows = join(book.cwd, '.gitea/workflows');
  mkdirSync(workflows, { recursive: true });
  copyFileSync('examples/deploy/gitea.yml', join(workflows, 'deploy.yml'));
  const jobs = gates.map((gate) => /\/ (.+) \(push\)$/.exec(gate)?.[1] ?? gate);
  writeFileSync(
    join(workflows, 'ci.yml'),
    [
      'name: CI',
      'on: { push: { branches: [main] } }',
      'jobs:',
      ...jobs.map((job) => `  ${job}: { runs-on: ubuntu-latest, steps: [{ run: make ${job}, timeout-minutes: 5 }] }`),
      '',
    ].join('\n'),
  );
}
