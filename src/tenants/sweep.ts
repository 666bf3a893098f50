import pMap, { pMapSkip } from 'p-map';
import type { Answer } from '../rollout/tenants.ts';
import { readBuildinfo } from './buildinfo.ts';
import type { ReadOptions } from './buildinfo.ts';

/** One tenant's answer, as it comes in. */
export interface Reading {
  readonly slug: string;
  readonly answer: Answer;
  /** Tenants answered so far, this one included. */
  readonly done: number;
}

export interface Sweep extends ReadOptions {
  /** Read lazily: a fleet of any size costs what is under way and no more. */
  readonly slugs: Iterable<string>;
  readonly urlTemplate: string;
  /** Tenants asked at once, at least 1. */
  readonly concurrency: number;
  /** Called for every tenant, in the order the answers come. What it throws ends the sweep. */
  readonly onProgress: (reading: Reading) => void;
}

/**
 * Asks many tenants what they run, a limited number at once. Each answer goes to `onProgress` and is not kept.
 * Resolves with the number of tenants; a tenant that fails is an answer. Rejects when `signal` aborts.
 */
export async function sweep(options: Sweep): Promise<number> {
  const { slugs, urlTemplate, concurrency, signal, onProgress } = options;
  let done = 0;
  const ask = async (slug: string): Promise<typeof pMapSkip> => {
    const answer = await readBuildinfo(urlTemplate, slug, options);
    done += 1;
    onProgress({ slug, answer, done });
    return pMapSkip;
  };
  await pMap(slugs, ask, { concurrency, ...(signal === undefined ? {} : { signal }) });
  return done;
}
