import { hostname, userInfo } from 'node:os';
import type { Environment } from '../config/environment.ts';

/** Who a command is given by, as the audit trail names it: the CI run, or user and machine. */
export function actorOf(env: Environment): string {
  const { GITHUB_ACTOR, GITHUB_RUN_ID, GREENLANE_ACTOR } = env;
  if (GREENLANE_ACTOR !== undefined && GREENLANE_ACTOR !== '') return GREENLANE_ACTOR.slice(0, 100);
  if (GITHUB_ACTOR !== undefined && GITHUB_ACTOR !== '')
    return `${GITHUB_ACTOR} (CI run ${GITHUB_RUN_ID ?? 'unknown'})`.slice(0, 100);
  let user = env['USER'] ?? 'unknown';
  try {
    user = userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in some containers.
  }
  return `${user}@${hostname()}`.slice(0, 100);
}

export function inCi(env: Environment): boolean {
  return (
    env['GITHUB_ACTIONS'] === 'true' || env['GITEA_ACTIONS'] === 'true' || env['FORGEJO_ACTIONS'] === 'true'
  );
}
