import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import { createSteps } from '../../../scripts/lib/steps.mjs';

/** A machine of its own for one test: an empty cache, a PATH with nothing but what the test puts on it. */
export interface Sandbox {
  readonly directory: string;
  readonly cache: string;
  /** The environment: no download can succeed in it. */
  readonly env: NodeJS.ProcessEnv;
  readonly steps: ReturnType<typeof createSteps>;
  /** All that was printed. */
  printed(): string;
  /** Puts a shell script on PATH. */
  tool(name: string, script: string): string;
}

export function createSandbox(): Sandbox {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-setup-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const bin = join(directory, 'bin');
  const cache = join(directory, 'cache');
  mkdirSync(bin);
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  for (const tool of ['cat', 'chmod', 'mkdir', 'sleep', 'rm', 'cp'])
    symlinkSync(`/bin/${tool}`, join(bin, tool));
  return {
    directory,
    cache,
    // Nobody listens on the discard port: the SDK's download is refused at once.
    env: { PATH: bin, GREENLANE_CACHE: cache, HTTPS_PROXY: 'http://127.0.0.1:9', HOME: directory },
    steps: createSteps(stream),
    printed: () => text,
    tool: (name, script) => writeTool(join(bin, name), script),
  };
}

/** The environment with further directories on PATH. */
export const withPath = (env: NodeJS.ProcessEnv, ...directories: string[]): NodeJS.ProcessEnv => ({
  ...env,
  PATH: [env['PATH'], ...directories].join(delimiter),
});

export function writeTool(path: string, script: string): string {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
