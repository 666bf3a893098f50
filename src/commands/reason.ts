import type { Environment } from '../config/environment.ts';
import { Secrets } from '../safety/secrets.ts';

/** What the name of a variable says when its value is a secret: GITHUB_TOKEN, HOOK_SECRET, DB_PASSWORD, SIGNING_KEY. */
const MARKED = /(^|_)(TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS?|KEYS?)$/i;
/** Shorter values are words that a reason may hold. */
const SHORTEST = 8;

/**
 * A reason that holds no secret of this environment. What somebody pastes with their reason would stand in the
 * history for good, in the audit trail and in every notification (I-23).
 */
export function cleanReason(reason: string, env: Environment): string {
  const marked = Object.entries(env).filter(
    ([name, value]) => MARKED.test(name) && (value ?? '').trim().length >= SHORTEST,
  );
  return new Secrets(marked.map(([, value]) => value)).scrub(reason);
}
