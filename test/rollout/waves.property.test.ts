import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countWaves, longestMs, waveOf } from '../../src/rollout/waves.ts';

const slugs = fc.nat({ max: 60 }).map((length) => Array.from({ length }, (_, at) => `t${at}`));
const batch = fc.integer({ min: 1, max: 25 });

test('every tenant of a section is in exactly one wave, in order, and no wave is larger than a batch or empty', () => {
  fc.assert(
    fc.property(slugs, batch, (all, size) => {
      const waves: string[][] = [];
      for (let at = 0; at < all.length; at += waves.at(-1)?.length ?? 0) {
        const wave = waveOf({ slugs: all, at }, size);
        expect(wave.length).toBeGreaterThan(0);
        expect(wave.length).toBeLessThanOrEqual(size);
        waves.push(wave);
      }
      expect(waves.flat()).toEqual(all);
      // The canary is a wave of its own before them.
      expect(countWaves(all.length + 1, size)).toBe(waves.length + 1);
    }),
  );
});

test('a fleet of nobody takes no wave, and one more tenant never fewer waves', () => {
  fc.assert(
    fc.property(fc.nat({ max: 5_000 }), batch, (tenants, size) => {
      expect(countWaves(tenants + 1, size)).toBeGreaterThanOrEqual(countWaves(tenants, size));
      expect(countWaves(0, size)).toBe(0);
    }),
  );
});

test('the longest a deploy can take grows with each part of its budget, and with each wave', () => {
  const ms = fc.nat({ max: 3_600_000 });
  const budget = fc.record({ gateTimeoutMs: ms, soakMs: ms, postTimeoutMs: ms, settleMs: ms });
  const part = fc.constantFrom('gateTimeoutMs', 'soakMs', 'postTimeoutMs', 'settleMs');
  fc.assert(
    fc.property(fc.nat({ max: 100 }), budget, part, (waves, one, which) => {
      const longer = { ...one, [which]: one[which] + 1 };
      expect(longestMs(waves, longer)).toBeGreaterThanOrEqual(longestMs(waves, one));
      expect(longestMs(waves + 1, one)).toBeGreaterThanOrEqual(longestMs(waves, one));
    }),
  );
});
