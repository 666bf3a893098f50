import { formatDuration } from '../rollout/duration.ts';
import type { DeployKind, Phase } from '../rollout/outcome.ts';
import type { LedgerEntry } from '../rollout/lock/state.ts';
import type { QueueEntry } from '../rollout/lock/view.ts';
import type { CommandName, DeployStatus, Whereabouts } from '../workflows/status.ts';
import type { Snapshot } from './snapshot.ts';

/** Names of the phases as people read them; soaks belong to the waves they stand between. */
export const PHASE_TITLES: Readonly<Record<Phase, string>> = {
  starting: 'Start',
  gates: 'Gates',
  approval: 'Approval',
  queued: 'Queue',
  preflight: 'Checks before the first call',
  canary: 'Canary',
  waves: 'Waves',
  soak: 'Waves',
  verify: 'Verify',
  halted: 'Halted',
  rolling_back: 'Rollback',
  ended: 'End',
};

/** What each steering command does, in the words of somebody who has to choose one now. */
export const COMMAND_MEANINGS: Readonly<Record<CommandName, string>> = {
  halt: 'stop before the next call',
  resume: 'go on, after asking the tenants',
  abort: 'end it here; the fleet stays as it is',
  rollback: 'take every touched tenant back',
  supersede: 'end it at the next wave; a newer one comes',
  'skip-soak': 'cut this soak short',
  approve: 'let it go on',
  reject: 'end it',
};

/** The deploy's own place in the queue of its fleet; undefined when it does not wait there. */
export function placeOf({ lock, status }: Snapshot): QueueEntry | undefined {
  return lock?.queue.find((entry) => entry.workflowId === status?.workflowId);
}

/** When its turn is expected: `in about 4m`, or why nobody can tell. `now` in ms since the epoch. */
export function expectation({ expectedAt, noEstimate }: QueueEntry, now: number): string {
  if (expectedAt === undefined)
    return noEstimate === undefined ? 'no estimate' : `${noEstimate}, no estimate`;
  return expectedAt <= now ? 'any moment now' : `in about ${formatDuration(expectedAt - now)}`;
}

/** A place in the queue in one line: where, why, and when its turn is expected. */
export function placeLine(entry: QueueEntry, now: number): string {
  const expected = entry.expectedAt === undefined ? '' : 'expected ';
  return `position ${entry.position} in the queue: ${entry.why}; ${expected}${expectation(entry, now)}`;
}

/** `3 (a, b, c)`, at most `most` of the names. */
export function named(side: Whereabouts['unknown'], most = 10): string {
  const { count, slugs } = side;
  if (count === 0 || slugs.length === 0) return String(count);
  const shown = slugs.slice(0, most);
  return `${count} (${shown.join(', ')}${count > shown.length ? ', …' : ''})`;
}

/**
 * How long the wave that is rolled now takes already, and what is certain of its call: the workflow hears of that only
 * when somebody stops the deploy (I-32).
 */
export function flight({ inFlight }: DeployStatus, now: number): string {
  if (inFlight === null) return '';
  const certain = { sending: ', its call is out', settling: ', answered, asking its tenants' };
  return ` (${formatDuration(now - inFlight.since)}${inFlight.stage === undefined ? '' : certain[inFlight.stage]})`;
}

/** A halted deploy in lines: who and why, what is where, what can be done. */
export function haltedLines(status: DeployStatus): string[] {
  const { halted, tenants, next, inFlight } = status;
  return [
    `HALTED by ${halted?.actor ?? 'somebody'}: ${halted?.reason ?? 'no reason is known'}`,
    `  on the release: ${named(tenants.onRelease)}`,
    `  on what they ran before: ${named(tenants.onFormer)}`,
    `  unknown: ${named(tenants.unknown)}`,
    inFlight === null
      ? '  no call is out, and none will start'
      : `  still out, and waited for: wave ${inFlight.wave}`,
    `  ${holding(status)} and waits for one of:`,
    ...next.map((name) => `  greenlane ${name} --reason R${flag(status)}   (${COMMAND_MEANINGS[name]})`),
  ];
}

/** Whether a halted deploy has the fleet: one that was stopped before its turn has not, and blocks nobody. */
export function holding({ epoch }: Pick<DeployStatus, 'epoch'>): string {
  return epoch === undefined ? 'The deploy holds no fleet' : 'The deploy keeps the fleet';
}

/** The option that names a deploy which does not hold the fleet; nothing for one that does. */
function flag({ epoch, sha }: DeployStatus): string {
  return epoch === undefined && sha !== '' ? ` --sha ${sha.slice(0, 12)}` : '';
}

/** What is deployed, as a title has it: the tag, else the SHA. */
export function releaseOf({ tag, sha }: { readonly tag: string; readonly sha: string }): string {
  return tag !== '' ? tag : sha === '' ? 'the head of the branch' : sha.slice(0, 7);
}

const KINDS: Readonly<Record<DeployKind, string>> = {
  auto: 'auto deploy',
  manual: 'manual deploy',
  rollback: 'rollback',
};

export function kindOf({ kind }: { readonly kind: DeployKind }): string {
  return KINDS[kind];
}

/** Address of a deploy in Temporal UI; undefined unless a web address of it is configured. */
export function workflowUrl(
  uiUrl: string | undefined,
  namespace: string,
  workflowId: string,
  runId?: string,
): string | undefined {
  if (uiUrl === undefined || !/^https?:\/\/[^\s<>()"]+$/i.test(uiUrl)) return undefined;
  const run = runId === undefined ? '' : `/${encodeURIComponent(runId)}/history`;
  return `${uiUrl.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}${run}`;
}

/**
 * How many tenants a release reached, as a table has it: `30/30` on it, `4 back` on what they ran before; a dash where
 * no tenant was looked at.
 */
export function reached({
  tenants = 0,
  onTarget,
  back,
  outcome,
}: Pick<LedgerEntry, 'tenants' | 'onTarget' | 'back' | 'outcome'>): string {
  if (back !== undefined) return `${back} back`;
  return tenants === 0 || outcome === 'rolled_back' ? '–' : `${onTarget ?? '?'}/${tenants}`;
}
