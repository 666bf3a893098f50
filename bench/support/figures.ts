import type { WorkflowHandle } from '@temporalio/client';

/** Events of a history as the client fetches them. */
export type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

/** Time of an event in ms since the epoch, to the microsecond. */
export function timeOf(event: Events[number] | undefined): number {
  return Number(event?.eventTime?.seconds ?? Number.NaN) * 1000 + Number(event?.eventTime?.nanos ?? 0) / 1e6;
}

/** The largest of any number of values: spreading 100,000 into `Math.max` would overflow the stack. */
export function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/** The smallest of any number of values. */
export function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

/** The value below which the share `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

let missed = 0;

/** Prints a figure beside its target, and remembers whether it was reached. */
export function figure(name: string, value: string, target?: { text: string; reached: boolean }): void {
  if (target !== undefined && !target.reached) missed += 1;
  const verdict = target === undefined ? '' : ` (target: ${target.text}${target.reached ? '' : '; MISSED'})`;
  console.log(`${name.padEnd(46)} ${value}${verdict}`);
}

/** Makes the benchmark fail when a target was missed. */
export function judge(): void {
  if (missed === 0) return;
  console.error(`${missed} of the targets missed`);
  process.exitCode = 1;
}
