import { readFileSync } from 'node:fs';
import ms, { type StringValue } from 'ms';
import { parse } from 'yaml';
import { fileSchema } from '../../src/config/root.ts';
import { GRACE_MS } from '../../src/worker.ts';

/**
 * How long a worker that is told to stop may take, in ms: the longest call there can be with this configuration, the
 * time it waits beyond that, and the time after which it gives up.
 */
export function longestStop(configuration: string): number {
  const { fleets } = fileSchema.parse(parse(configuration));
  return Math.max(...Object.values(fleets).map(({ rollout }) => rollout.postTimeout)) + 2 * GRACE_MS;
}

/** As {@link longestStop}, for the configuration that comes with the program, and for one that leaves it open. */
export function usualStop(): number {
  const own = readFileSync('greenlane.yaml', 'utf8');
  const defaults = own.replace(/, postTimeout: \w+/, '');
  if (defaults === own) throw new Error('greenlane.yaml no longer says rollout.postTimeout');
  return Math.max(longestStop(own), longestStop(defaults));
}

/** A duration as compose and systemd write them (`15m`, `15min`), in ms. */
export function milliseconds(written: string): number {
  const parsed = ms(written as StringValue);
  if (typeof parsed !== 'number') throw new Error(`no duration: ${written}`);
  return parsed;
}
