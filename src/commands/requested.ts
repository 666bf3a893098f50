import type { EnvironmentSettings } from '../config/environment.ts';
import type { RequestedChanges } from '../rollout/request.ts';

/** What the environment of the CI step asks of one deploy; the worker decides what it may (design: configuration). */
export function requestedChanges(environment: EnvironmentSettings): RequestedChanges | undefined {
  const {
    required,
    canary,
    batchSize,
    soakMs,
    maxStragglers,
    targetTag,
    settleMs,
    intervalMs,
    gateTimeoutMs,
    gatePollMs,
  } = environment;
  const changes: Record<string, unknown> = {
    alsoRequired: required,
    canary,
    batchSize,
    soakMs,
    maxStragglers,
    targetTag,
    settleMs,
    intervalMs,
    gateTimeoutMs,
    gatePollMs,
  };
  const said = Object.entries(changes).filter(([, value]) => value !== undefined);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}
