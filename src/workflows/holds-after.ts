import { commonFormer } from '../rollout/former.ts';
import type { HoldsAfter } from '../rollout/lock/messages.ts';
import { sameSha } from '../rollout/sha.ts';
import { tagOf } from '../rollout/tag.ts';
import type { Run } from './run.ts';

/** The SHA that most touched tenants go back to; undefined when nobody knows what they ran. */
export function formerRelease({ state, settings }: Run): string | undefined {
  const candidates = [commonFormer(state.former, settings.sha), state.canary?.sha, state.lastKnownGood?.sha];
  for (const sha of candidates)
    if (sha !== undefined && sha !== null && !sameSha(sha, settings.sha)) return sha;
  return undefined;
}

/**
 * What a deploy that takes tenants back leaves on the fleet, so that the next green main does not roll the bad commit
 * forward again (I-27): a pin on what they ran; where nobody knows that, a freeze.
 */
export function holdsAfter(run: Run): HoldsAfter {
  const { state, settings, input } = run;
  const actor = state.turnedBy ?? input.actor;
  const reason = `rolled back ${settings.tag}: ${state.turnedFor ?? input.reason ?? 'no reason given'}`.slice(
    0,
    500,
  );
  const former = formerRelease(run);
  return former === undefined
    ? { freeze: { reason, actor } }
    : { pin: { tag: tagOf(settings.tagTemplate, former), reason, actor } };
}
