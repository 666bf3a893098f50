import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

const owner = new URL('./fixtures/owner.ts', import.meta.url).pathname;

/** A process that owns a leashed `sleep 300`, and the id of that. */
async function startOwner(how: string): Promise<{ owner: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', owner, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) return { owner: child, pid: Number(line) };
  throw new Error('the owner said nothing');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function endsWithin(pid: number, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) if (!isAlive(pid)) return true;
  return false;
}

describe('leash', () => {
  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
    'ends the child of an owner that got %s',
    async (signal) => {
      const { owner, pid } = await startOwner('wait');
      expect(isAlive(pid)).toBe(true);
      owner.kill(signal);
      expect(await endsWithin(pid, 20_000)).toBe(true);
    },
  );

  it('ends the child of an owner that has nothing left to do', async () => {
    const { pid } = await startOwner('return');
    expect(await endsWithin(pid, 20_000)).toBe(true);
  });

  it('lets the child live while the owner does', async () => {
    const { owner, pid } = await startOwner('wait');
    await sleep(500);
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    expect(await endsWithin(pid, 20_000)).toBe(true);
  });
});
