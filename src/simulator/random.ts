import { createHash } from 'node:crypto';

/** A number generator in [0, 1) that gives the same sequence for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The `n`-th commit SHA (40 hex digits) of a seed: the same in every run, so that a failure can be replayed. */
export function seededSha(seed: number, n: number): string {
  return createHash('sha1').update(`commit ${seed}/${n}`).digest('hex');
}
