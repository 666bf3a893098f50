import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countOf, seedFor } from '../support/nightly.ts';
import { liveThrough } from './crowd.ts';
import { startLockWorld, type LockWorld } from './harness.ts';
import { commands } from './lives/commands.ts';
import { liveByTurns } from './turns.ts';
import { bringHome, Expected, type Real } from './lives/life.ts';

const file = 'test/lock/lives.test.ts';
/** As many lives go on at once, each with a lock of its own, on one server and one worker. */
const AT_ONCE = 4;
const lives = countOf('lock lives');

let world: LockWorld;
beforeAll(async () => {
  // Histories of the lock get long soon here, so that every life goes through continue-as-new.
  world = await startLockWorld({
    server: { dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 150 } },
  });
});
afterAll(() => world.stop());

// What holds at all times is not tried again.
describe('A lock and the deploys that queue for it', { retry: 0 }, () => {
  it(
    'do what the reference says, whatever is done to them: one holder, epochs that rise, in order, nobody lost',
    async () => {
      const life = fc.commands(commands, { maxCommands: countOf('lock commands'), size: 'max' });
      await fc.assert(
        fc.asyncProperty(fc.tuple(...Array.from({ length: AT_ONCE }, () => life)), async (walks) => {
          await Promise.all(
            walks.map(async (walk) => {
              const model = new Expected();
              const real: Real = { world, fleet: world.fleet(), deploys: new Map() };
              await real.fleet.begin();
              await fc.asyncModelRun(() => ({ model, real }), walk);
              await bringHome(model, real);
            }),
          );
        }),
        { numRuns: lives, seed: seedFor(file), endOnFailure: true },
      );
    },
    lives * 120_000,
  );

  it(
    'come through continue-as-new again and again without losing or granting one twice, in order',
    async () => {
      const { events, wrong } = await liveThrough(world.fleet(), countOf('lock requests'), 10);
      expect(wrong).toEqual([]);
      // How many runs it takes depends on how many signals the lock hears at once.
      expect(events.length).toBeGreaterThan(2);
      expect(Math.max(...events)).toBeLessThan(5_000);
    },
    60_000 + countOf('lock requests') * 500,
  );

  it('hear what came between two runs in the order in which it came, and keep the last 50 releases as they ended', async () => {
    const { events, wrong } = await liveByTurns(world.fleet(), 200, 10);
    expect(wrong).toEqual([]);
    expect(events.length).toBeGreaterThan(10);
  }, 120_000);
});
