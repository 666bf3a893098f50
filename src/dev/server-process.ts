import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { leash } from './leash.ts';

const keptCharacters = 64_000;
const shownWidth = 400;

/** How a server process is started. */
export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** What the server gets when this process is gone; `KILL` unless told otherwise. */
  readonly leashSignal?: 'KILL' | 'QUIT';
}

/** A server that runs as a child of this process and never outlives it. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, in whatever way; does not keep this process alive until then. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** The last lines the server wrote, at most `count`, long ones cut. */
  lastLines(count: number): string;
  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal that ends the process, and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Sends `first` (SIGTERM unless told otherwise), after `graceMs` SIGKILL, and waits for the end. */
  stop(graceMs: number, first?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server in a session of its own, so that Ctrl-C reaches it only through its owner, and on a leash.
 * @throws the system's error when the command cannot be started
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { command, args, uid, gid } = options;
  const child = spawn(command, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const tail = keepTail(child.stdout, child.stderr);
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const pid = await started(child);
  leash(child, options.leashSignal);
  child.unref();
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const waitForEnd = async (): Promise<void> => {
    // A server keeps nobody alive, but somebody who waits for it does not end before it.
    if (!hasEnded()) child.ref();
    await ended;
  };
  return {
    pid,
    ended,
    hasEnded,
    lastLines: (count) =>
      tail()
        .split('\n')
        .filter(Boolean)
        .slice(-count)
        .map((line) => (line.length > shownWidth ? `${line.slice(0, shownWidth)}…` : line))
        .join('\n'),
    signal: (signal) => void child.kill(signal),
    kill: async (signal) => {
      child.kill(signal);
      await waitForEnd();
    },
    stop: async (graceMs, first = 'SIGTERM') => {
      if (hasEnded()) return;
      child.kill(first);
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await waitForEnd();
      clearTimeout(force);
    },
  };
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid as number));
    child.once('error', reject);
  });
}

/** Reads the streams without keeping this process alive for them. */
function keepTail(...streams: Readable[]): () => string {
  let text = '';
  for (const stream of streams) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-keptCharacters);
    });
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  return () => text;
}
