import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../scripts/lib/lock.mjs';
import { createSandbox } from './sandbox.ts';

const lockIn = (directory: string): string => join(directory, 'work.lock');

describe('withLock', () => {
  it('lets one work at a time, and tells the other who is at it, once', async () => {
    const lock = lockIn(createSandbox().directory);
    const events: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      events.push(`${name} begins`);
      await sleep(600);
      events.push(`${name} ends`);
    };
    const waits: string[] = [];
    await Promise.all([withLock(lock, work('a')), withLock(lock, work('b'), (holder) => waits.push(holder))]);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(waits).toEqual([`${hostname()} ${process.pid}`]);
    expect(existsSync(lock)).toBe(false);
  });

  it('takes the lock of a process that is gone', async () => {
    const lock = lockIn(createSandbox().directory);
    writeFileSync(lock, `${hostname()} 999999999`);
    expect(await withLock(lock, async () => readFileSync(lock, 'utf8'))).toBe(`${hostname()} ${process.pid}`);
  });

  it('takes a lock that nobody has touched for a minute, whatever machine it is from', async () => {
    const lock = lockIn(createSandbox().directory);
    writeFileSync(lock, 'elsewhere 1');
    const old = new Date(Date.now() - 61_000);
    utimesSync(lock, old, old);
    expect(await withLock(lock, async () => 'done')).toBe('done');
  });

  it('waits for a fresh lock from another machine', async () => {
    const lock = lockIn(createSandbox().directory);
    writeFileSync(lock, 'elsewhere 1');
    const taking = withLock(lock, async () => 'taken');
    expect(await Promise.race([taking, sleep(700, 'waiting')])).toBe('waiting');
    utimesSync(lock, new Date(0), new Date(0));
    expect(await taking).toBe('taken');
  });

  it('gives the lock back when the work fails', async () => {
    const lock = lockIn(createSandbox().directory);
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });
});
