import type { EnvironmentSettings } from '../config/environment.ts';
import type { RequestedChanges } from '../rollout/request.ts';

/** What the environment calls by the same name as a request does. */
const CHANGES = [
  'canary',
  'batchSize',
  'soakMs',
  'maxStragglers',
  'targetTag',
  'settleMs',
  'intervalMs',
  'gateTimeoutMs',
  'gatePollMs',
] as const satisfies readonly (keyof EnvironmentSettings & keyof RequestedChanges)[];

/** What the environment of the CI step asks of one deploy; the worker decides what it may (design: configuration). */
export function requestedChanges(environment: EnvironmentSettings): RequestedChanges | undefined {
  const asked = CHANGES.map((name) => [name, environment[name]] as const);
  const said = [['alsoRequired', environment.required] as const, ...asked].filter(
    ([, value]) => value !== undefined,
  );
  return said.length === 0 ? undefined : Object.fromEntries(said);
}
