import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSteps, seconds } from '../../../scripts/lib/steps.mjs';

function createScreen(options: { isTTY?: boolean; columns?: number } = {}): {
  stream: PassThrough;
  text(): string;
} {
  const stream = Object.assign(new PassThrough(), options);
  return { stream, text: () => String(stream.read() ?? '') };
}

describe('createSteps', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const wait = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms));

  it('prints one line per step, with its time', async () => {
    const { stream, text } = createScreen();
    const step = createSteps(stream).step('types', wait(1234));
    await vi.advanceTimersByTimeAsync(1234);
    await step;
    expect(text()).toBe('types … 1.2 s\n');
  });

  it('announces a slow step and shows a sign of life every minute', async () => {
    const { stream, text } = createScreen();
    const step = createSteps(stream).step('building', wait(130_000), { slow: 'once, 2 min' });
    await vi.advanceTimersByTimeAsync(0);
    expect(text()).toBe('building: once, 2 min …\n');
    await vi.advanceTimersByTimeAsync(130_000);
    await step;
    expect(text()).toBe('  still at it after 60 s\n  still at it after 120 s\n  done in 130 s\n');
  });

  it('names a step that turns out slow', async () => {
    const { stream, text } = createScreen();
    const step = createSteps(stream).step('tests', wait(61_000));
    await vi.advanceTimersByTimeAsync(61_000);
    await step;
    expect(text()).toBe('tests … still at it after 60 s\ntests … 61 s\n');
  });

  it('runs a clock on a terminal, in one line', async () => {
    const { stream, text } = createScreen({ isTTY: true, columns: 80 });
    const step = createSteps(stream).step('building', wait(2500));
    await vi.advanceTimersByTimeAsync(2500);
    await step;
    expect(text()).toBe('building …\rbuilding … 1.0 s\rbuilding … 2.0 s\rbuilding … 2.5 s\u001b[K\n');
  });

  it('does not draw over a line that wraps', async () => {
    const { stream, text } = createScreen({ isTTY: true, columns: 30 });
    const step = createSteps(stream).step('a step with a long title', wait(1000));
    await vi.advanceTimersByTimeAsync(1000);
    await step;
    expect(text()).toBe('a step with a long title …\n\r  1.0 s\r  done in 1.0 s\u001b[K\n');
  });

  it('says that a step failed, and passes its error on', async () => {
    const { stream, text } = createScreen();
    await expect(createSteps(stream).step('lint', () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(text()).toBe('lint … failed after 0.0 s\n');
  });
});

describe('seconds', () => {
  it.each([
    [0, '0.0 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [281_400, '281 s'],
  ])('shows %d ms as %s', (ms, text) => expect(seconds(ms)).toBe(text));
});
