import { ForgeError, type Forge } from '../forge/index.ts';
import type { DeploySettings } from '../rollout/request.ts';
import { isFullSha } from '../rollout/sha.ts';

/** One look at the forge, ms; it is asked twice at most. A rollback at night does not wait for a forge that is away. */
const LOOK_MS = 5_000;
const PAUSE_MS = 1_000;

/**
 * The settings of a deploy that was asked for by its tag, with the full SHA in place of the digits in the tag. Where
 * the forge names no single commit the deploy goes on with the digits, which prove as much of a tenant; it says then
 * that no commit status can be posted.
 */
export async function withFullSha(forge: Forge, settings: DeploySettings): Promise<DeploySettings> {
  const { sha, warnings } = settings;
  if (isFullSha(sha)) return settings;
  const found = await ask(forge, sha);
  return 'sha' in found
    ? { ...settings, sha: found.sha }
    : { ...settings, warnings: [...warnings, `no commit status is posted: ${found.unknown}`] };
}

async function ask(forge: Forge, digits: string): Promise<{ sha: string } | { unknown: string }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const sha = await forge.fullSha(digits, { timeoutMs: LOOK_MS });
      return sha === 'unknown-commit'
        ? { unknown: `the forge knows no commit that ${digits} alone stands for` }
        : { sha };
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
      if (!error.retryable || attempt === 2)
        return { unknown: `only ${digits} of the SHA is known. ${error.message}` };
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
