import type { Environment } from '../config/environment.ts';
import type { FleetConfig } from '../config/fleet.ts';
import { runChecks, type CheckResult } from './check.ts';
import { factsOf } from './facts.ts';
import { fleetChecks } from './fleet.ts';
import { forgeChecks } from './forge.ts';
import { notificationChecks } from './notifications.ts';
import { surroundingChecks } from './surroundings.ts';
import { temporalChecks } from './temporal.ts';

export type { CheckResult, State } from './check.ts';

export interface Diagnosis {
  readonly fleet: string;
  /** Nothing failed, and nothing was left unseen. */
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

/**
 * Everything a deploy of this fleet needs, looked at from here with the tokens that are here; within five seconds,
 * and without a side effect: reads, queries, and the control plane's dry run.
 * @throws ConfigurationError for a configuration that no deploy could run with.
 */
export async function diagnose(fleet: FleetConfig, env: Environment): Promise<Diagnosis> {
  const facts = factsOf(fleet, env);
  try {
    const checks = await runChecks([
      ...temporalChecks(facts),
      ...forgeChecks(facts),
      ...fleetChecks(facts),
      ...surroundingChecks(facts),
      ...notificationChecks(facts),
    ]);
    const ok = checks.every(({ state }) => state === 'ok' || state === 'warn');
    return { fleet: fleet.name, ok, checks };
  } finally {
    await facts.close();
  }
}
