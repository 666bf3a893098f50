import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cacheDirectory, fillDirectory } from '../../../scripts/lib/cache.mjs';
import { createSandbox } from './sandbox.ts';

describe('cacheDirectory', () => {
  it('prefers GREENLANE_CACHE, then XDG_CACHE_HOME, then the home directory', () => {
    expect(cacheDirectory({ GREENLANE_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheDirectory({ XDG_CACHE_HOME: '/b' })).toBe('/b/greenlane');
    expect(cacheDirectory({})).toBe(join(homedir(), '.cache', 'greenlane'));
    expect(cacheDirectory({ GREENLANE_CACHE: '', XDG_CACHE_HOME: '' })).toBe(
      join(homedir(), '.cache', 'greenlane'),
    );
  });
});

describe('fillDirectory', () => {
  const fill = async (directory: string): Promise<void> => writeFileSync(join(directory, 'tool'), 'x');

  it('shows the directory only when it is complete', async () => {
    const { cache } = createSandbox();
    const target = join(cache, 'tool-1');
    await fillDirectory(target, 'tool', async (directory) => {
      await fill(directory);
      expect(existsSync(target)).toBe(false);
    });
    expect(readdirSync(target)).toEqual(['tool']);
    expect(readdirSync(cache)).toEqual(['tool-1']);
  });

  it('leaves nothing when filling fails', async () => {
    const { cache } = createSandbox();
    const failing = fillDirectory(join(cache, 'tool-1'), 'tool', async (directory) => {
      await fill(directory);
      throw new Error('half done');
    });
    await expect(failing).rejects.toThrow('half done');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('says that the cache cannot be written, and what to do', async () => {
    const { directory } = createSandbox();
    writeFileSync(join(directory, 'file'), '');
    await expect(fillDirectory(join(directory, 'file', 'tool-1'), 'tool', fill)).rejects.toThrow(
      /The cache cannot be written \(.*\)\. Name another directory by GREENLANE_CACHE\./,
    );
  });

  it('fills once when two are at it', async () => {
    const { cache } = createSandbox();
    let filled = 0;
    const slowly = async (directory: string): Promise<void> => {
      filled += 1;
      await sleep(300);
      await fill(directory);
    };
    const target = join(cache, 'tool-1');
    await Promise.all([fillDirectory(target, 'tool', slowly), fillDirectory(target, 'tool', slowly)]);
    expect(filled).toBe(1);
  });

  it('replaces a directory that lacks its marker, and clears what a killed run left long ago', async () => {
    const { cache } = createSandbox();
    const target = join(cache, 'tool-1');
    mkdirSync(join(target, 'half'), { recursive: true });
    const leftover = join(cache, 'tool-1.tmp-1-1');
    mkdirSync(leftover);
    utimesSync(leftover, new Date(0), new Date(0));
    await fillDirectory(target, 'tool', fill);
    expect(readdirSync(target)).toEqual(['tool']);
    expect(readdirSync(cache)).toEqual(['tool-1']);
  });
});
