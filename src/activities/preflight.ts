import { Context } from '@temporalio/activity';
import { ForgeError, type Forge } from '../forge/index.ts';
import { RegistryError } from '../registry/client.ts';
import { judgeGates, nameGates, verdictOf } from '../rollout/gates.ts';
import { judgeKillSwitch, type KillSwitch } from '../rollout/kill-switch.ts';
import type { DeploySettings } from '../rollout/request.ts';
import { sameSha } from '../rollout/sha.ts';
import { supersededBy } from '../rollout/supersession.ts';
import { History } from './ancestry.ts';
import type { Activities, Preflight, PreflightInput } from './contract.ts';
import { refusal, unsure } from './failure.ts';
import type { Fleet, Fleets } from './fleets.ts';
import { shortGate } from './gates.ts';

/** Everything that must hold before the first side effect (design: step 4), except what the tenants run. */
export function preflight(fleets: Fleets): Activities['preflight'] {
  return async (input: PreflightInput): Promise<Preflight> => {
    const { settings } = input;
    const fleet = fleets.get(settings.fleet);
    const warnings: string[] = [];
    try {
      if (settings.kind !== 'rollback') {
        const stranger = await notOfBranch(fleet.forge, settings);
        if (stranger !== undefined) return { verdict: 'refused', reason: stranger };
      }
      if (settings.kind === 'auto') {
        const red = await notGreen(fleet.forge, settings);
        if (red !== undefined) return { verdict: 'refused', reason: red };
        const superseded = await findSuperseding(fleet, input);
        if (superseded !== undefined) return superseded;
        const killSwitch = await readKillSwitch(fleet, settings);
        if (killSwitch.warning !== undefined) warnings.push(killSwitch.warning);
        if (killSwitch.on) return { verdict: 'disabled', reason: killSwitch.why };
      }
    } catch (error) {
      if (error instanceof ForgeError)
        throw unsure(
          'ForgeUnreadable',
          `nothing was touched, because the forge could not be read: ${error.message}`,
          error.retryAfterMs,
        );
      throw error;
    }
    return resolveImage(fleet, settings, warnings);
  };
}

/** Why the SHA is refused; undefined when it is the branch's head or an ancestor of it. Not knowing throws. */
async function notOfBranch(forge: Forge, { branch, sha }: DeploySettings): Promise<string | undefined> {
  const head = await forge.branchHead(branch);
  if (sameSha(head, sha)) return undefined;
  const strange = await forge.commitsAhead(head, sha);
  if (strange === 0) return undefined;
  return strange === 'unknown-commit'
    ? `${sha.slice(0, 12)} is no commit the forge knows; only commits of ${branch} are deployed`
    : `${sha.slice(0, 12)} is not a commit of ${branch}: ${strange} of its commits are not in it`;
}

/** Why a gate is not green any more: a job may have been run again while the deploy waited for the fleet (I-05). */
async function notGreen(forge: Forge, { sha, required }: DeploySettings): Promise<string | undefined> {
  const gates = judgeGates(await forge.statuses(sha), required).map(shortGate);
  switch (verdictOf(gates)) {
    case 'green':
      return undefined;
    case 'refused':
      return `refused by ${nameGates(gates, 'refused')}, which was green when the deploy was queued`;
    case 'waiting':
      return `${nameGates(gates, 'waiting')} was green when the deploy was queued and is not any more; run the step again when it is`;
  }
}

async function findSuperseding(
  fleet: Fleet,
  { settings, queued }: PreflightInput,
): Promise<Preflight | undefined> {
  const history = new History(fleet.forge, settings);
  const facts = { policy: settings.supersede, running: [] } as const;
  if (settings.supersede === 'head') {
    const head = await newerHead(fleet.forge, settings, history);
    if (head !== undefined)
      return {
        verdict: 'superseded',
        by: head,
        reason: `${head.slice(0, 7)} is the head of ${settings.branch}`,
      };
  }
  for (const { sha, workflowId } of queued) {
    const by = supersededBy({ ...facts, queued: [{ sha, ancestry: await history.ancestry(sha) }] });
    // A deploy that waited and is gone supersedes nobody: then nothing would go out at all.
    if (by !== undefined && (await isOpen(workflowId)))
      return {
        verdict: 'superseded',
        by,
        reason: `${by.slice(0, 7)} waits behind it with green gates and contains it`,
      };
  }
  return undefined;
}

/** The branch's head when it descends from the release; undefined when not, or when it cannot be read. */
export async function newerHead(
  forge: Forge,
  settings: DeploySettings,
  history: History,
): Promise<string | undefined> {
  try {
    const head = await forge.branchHead(settings.branch);
    return supersededBy({
      policy: settings.supersede,
      queued: [],
      running: [],
      head: { sha: head, ancestry: await history.ancestry(head) },
    });
  } catch (error) {
    if (error instanceof ForgeError) return undefined;
    throw error;
  }
}

async function isOpen(workflowId: string): Promise<boolean> {
  try {
    const { status } = await Context.current().client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch {
    return false;
  }
}

/** A kill switch that is not read within this is unreadable: the look must be fresh when the call goes out. */
const SWITCH_MS = 10_000;

/**
 * The kill switch as it stands now.
 * @throws ForgeError when it can neither be read nor is it known why not (I-07): the caller does not act.
 */
export async function readKillSwitch(fleet: Fleet, settings: DeploySettings): Promise<KillSwitch> {
  const { killSwitchVariable, disabledAtStart } = settings;
  const reading = fleet.hasControlToken
    ? await fleet.forge.variable(killSwitchVariable, { timeoutMs: SWITCH_MS })
    : ({ state: 'no-token' } as const);
  return judgeKillSwitch(killSwitchVariable, disabledAtStart, reading);
}

/** The image must be there before the canary (I-20); its digest is what is recorded. */
async function resolveImage(
  fleet: Fleet,
  settings: DeploySettings,
  warnings: readonly string[],
): Promise<Preflight> {
  if (fleet.registry === undefined) return { verdict: 'go', warnings };
  try {
    const digest = await fleet.registry.resolve(settings.tag);
    return { verdict: 'go', digest, warnings };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (error.kind === 'not-there')
      throw unsure(
        'ImageMissing',
        `the image ${settings.tag} is not in the registry; nothing was touched (I-20)`,
        10_000,
      );
    const message = `the registry could not be read: ${error.message} Nothing was touched.`;
    throw error.retryable
      ? unsure('RegistryUnreadable', message, error.retryAfterMs)
      : refusal('RegistryUnreadable', message);
  }
}
