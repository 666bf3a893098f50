import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';

const output = new URL('../../src/commands/output.ts', import.meta.url).href;

/** A process that runs the text, in which `outputTo` and `isScreen` are known. */
function program(text: string, stdout: 'pipe' | number) {
  const code = `import { isScreen, outputTo } from ${JSON.stringify(output)};\n${text}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stderr })),
  );
  return { child, ended };
}

describe('outputTo', () => {
  it('loses nothing and keeps the order when the pipe is full and does not block', async () => {
    // Node makes a pipe non-blocking as soon as its stream is there.
    const { child, ended } = program(
      `process.stdout; const write = outputTo(1); for (let i = 0; i < 10; i += 1) write(String(i).repeat(200_000));`,
      'pipe',
    );
    await sleep(1_000);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    expect(await ended).toEqual({ code: 0, stderr: '' });
    expect(text).toBe(Array.from({ length: 10 }, (_, i) => String(i).repeat(200_000)).join(''));
  });

  it('writes to a file, whatever the letters', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'greenlane-output-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = openSync(join(directory, 'out'), 'w');
    const { ended } = program(`outputTo(1)('größer ✓\\n'); outputTo(1)('zwei\\n');`, file);
    expect((await ended).code).toBe(0);
    closeSync(file);
    expect(readFileSync(join(directory, 'out'), 'utf8')).toBe('größer ✓\nzwei\n');
  });

  it('fails as Node does when nobody reads any more', async () => {
    const { child, ended } = program(
      `const write = outputTo(1); for (let i = 0; i < 10_000; i += 1) { write('x'.repeat(1000)); await new Promise(setImmediate); }`,
      'pipe',
    );
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain('EPIPE');
  });
});

describe('isScreen', () => {
  it('is false of a pipe and of a device that is no terminal', async () => {
    const text = `process.exitCode = isScreen(1) ? 1 : 0;`;
    expect((await program(text, 'pipe').ended).code).toBe(0);
    const nothing = openSync('/dev/null', 'w');
    expect((await program(text, nothing).ended).code).toBe(0);
    closeSync(nothing);
  });
});
