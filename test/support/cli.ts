import { spawn, type ChildProcess } from 'node:child_process';
import { programPath } from '../../src/dev/program.ts';

/** What a run of the built command line came to. */
export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the built command line that goes on. */
export interface CliRun {
  readonly child: ChildProcess;
  readonly done: Promise<CliResult>;
  /** What it has written so far, both streams in the order they came. */
  output(): string;
  /** Resolves when the output holds the text. @throws Error with the output when the run ends without it. */
  until(text: string | RegExp): Promise<void>;
}

/** Starts `greenlane …` as a person or a CI step would: a process of its own, with this environment and no other. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): CliRun {
  const child = spawn(process.execPath, [programPath(), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = '';
  let stderr = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    all += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    all += chunk;
  });
  let ended = false;
  const done = new Promise<CliResult>((resolve) => {
    child.once('close', (code, signal) => {
      ended = true;
      resolve({ code, signal, stdout, stderr });
    });
  });
  const holds = (text: string | RegExp): boolean =>
    typeof text === 'string' ? all.includes(text) : text.test(all);
  return {
    child,
    done,
    output: () => all,
    until: async (text) => {
      while (!holds(text)) {
        if (ended) throw new Error(`greenlane ${args.join(' ')} ended without ${String(text)}:\n${all}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Runs `greenlane …` to its end. */
export async function greenlane(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<CliResult> {
  return start(args, env, cwd).done;
}
