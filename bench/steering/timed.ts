import { median } from '../support/round-trip.ts';
import { percentile } from '../support/figures.ts';

/** ms that something took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The middle, the 99th percentile and the worst of some times in ms, as one line. */
export function spread(times: readonly number[]): string {
  const [p99, worst] = [percentile(times, 0.99), percentile(times, 1)];
  return `p50 ${median(times).toFixed(0)}, p99 ${p99.toFixed(0)}, worst ${worst.toFixed(0)} ms of ${times.length}`;
}
