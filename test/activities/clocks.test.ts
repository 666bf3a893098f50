import { afterEach, describe, expect, it, vi } from 'vitest';
import { Clocks } from '../../src/activities/clocks.ts';

afterEach(() => void vi.useRealTimers());

/** Moves the clock of the wall alone, as somebody does who sets it. */
function setBy(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}

describe('the two clocks of a process', () => {
  it('show no less than what passed when the clock is set back', async () => {
    const clocks = new Clocks();
    setBy(-3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(clocks.passedMs()).toBeGreaterThanOrEqual(29);
  });

  it('show a machine that was suspended, although the clock that only rises stood still', () => {
    const clocks = new Clocks();
    setBy(60_000);
    expect(clocks.passedMs()).toBeGreaterThanOrEqual(60_000);
    expect(clocks.passedMs()).toBeLessThan(1_000);
  });
});
