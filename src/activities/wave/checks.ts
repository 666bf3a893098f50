import { ForgeError } from '../../forge/index.ts';
import type { History } from '../ancestry.ts';
import type { WaveInput, WaveResult } from '../contract.ts';
import { unsure } from '../failure.ts';
import { fence } from '../fence.ts';
import type { Fleet } from '../fleets.ts';
import { newerHead, readKillSwitch } from '../preflight.ts';

/** Why a wave stops before its next call. */
export type Stop = Pick<Extract<WaveResult, { kind: 'stopped' }>, 'kind' | 'by' | 'reason' | 'sha'>;

/**
 * Everything outside that may stop a call, read right before it (design: canary, soak, waves); undefined when nothing
 * does. `sent`: whether the wave may have sent a call before; `warn` takes what is worth saying, and stops nothing.
 * @throws ApplicationFailure, retryable, when the lock or the kill switch cannot be read: unreadable is not "off" (I-07).
 */
export async function checks(
  fleet: Fleet,
  { settings, guarded, runId, epoch }: WaveInput,
  history: History,
  sent: boolean,
  warn: (text: string) => void,
): Promise<Stop | undefined> {
  const lost = await fence({ fleet: settings.fleet, runId, epoch }, sent);
  if (lost !== undefined) return { kind: 'stopped', by: 'fenced', reason: lost };
  if (!guarded) return undefined;
  try {
    const { supersede, branch } = settings;
    const head = supersede === 'head' ? await newerHead(fleet.forge, settings, history) : undefined;
    // The switch is read last: nothing fits between this look and the call (I-09).
    const killSwitch = await readKillSwitch(fleet, settings);
    if (killSwitch.warning !== undefined) warn(killSwitch.warning);
    if (killSwitch.on) return { kind: 'stopped', by: 'kill-switch', reason: killSwitch.why };
    if (head === undefined) return undefined;
    const reason = `${head.slice(0, 7)} is the head of ${branch}`;
    return { kind: 'stopped', by: 'superseded', reason, sha: head };
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    throw unsure(
      'KillSwitchUnreadable',
      `the kill switch could not be read, so nothing more was sent: ${error.message}`,
      error.retryAfterMs,
      [{ sent }],
    );
  }
}
