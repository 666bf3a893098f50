import { isGrpcServiceError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { knowsSearchAttributes, type TemporalAccess } from '../client/connect.ts';
import { formatDuration } from '../rollout/duration.ts';
import type { LockView } from '../rollout/lock/view.ts';
import { lockId } from '../workflows/lock-id.ts';
import { lockQuery } from '../workflows/messages.ts';
import { fact, SOURCES, type Facts } from './facts.ts';
import { fail, ok, unknown, warn, type Check, type Finding } from './check.ts';
import { pollersOf, type Poller } from './pollers.ts';

/** The fleet's lock as it stands; that there is none; or that nobody answered for it. */
type LockAnswer = LockView | 'no-lock' | 'silent';

/** A worker that is alive answers far sooner. */
const ANSWER_MS = 3_000;
/** Shorter than this, a report or a rollback of last week's deploy finds nothing. */
const SHORT_RETENTION_MS = 7 * 24 * 3_600_000;

/** Temporal itself, the namespace, the search attributes, who polls the lane, and the fleet's lock. */
export function temporalChecks(facts: Facts): Check[] {
  const access = async (): Promise<TemporalAccess> => fact(SOURCES.temporal, facts.temporal);
  let asked: Promise<LockAnswer> | undefined;
  const lockOf = (of: TemporalAccess): Promise<LockAnswer> => (asked ??= askLockOnce(of, facts.fleet.name));
  return [
    { name: SOURCES.temporal, look: async () => reachable(await facts.temporal()) },
    { name: 'namespace', look: async () => namespace(await access()) },
    { name: 'search attributes', look: async () => attributes(await access()) },
    { name: 'lane', look: async () => lane(await access(), lockOf) },
    { name: 'fleet lock', look: async () => lock(await lockOf(await access())) },
  ];
}

async function reachable({ client, address }: TemporalAccess): Promise<Finding> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  return ok(`${address} answers, server ${serverVersion}`);
}

async function namespace({ client, namespace }: TemporalAccess): Promise<Finding> {
  try {
    const { config } = await client.workflowService.describeNamespace({ namespace });
    const retentionMs = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1000;
    const kept = `${namespace} keeps ended deploys for ${formatDuration(retentionMs)}`;
    return retentionMs < SHORT_RETENTION_MS
      ? warn(
          kept,
          `a report or rollback of an older deploy finds nothing: temporal operator namespace update -n ${namespace} --retention 30d`,
        )
      : ok(kept);
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    // NOT_FOUND, PERMISSION_DENIED
    if (error.code === 5)
      return fail(
        `there is no namespace ${namespace}`,
        `correct TEMPORAL_NAMESPACE, or: temporal operator namespace create -n ${namespace} --retention 30d`,
      );
    if (error.code === 7)
      return fail(`access to ${namespace} is refused`, 'correct TEMPORAL_API_KEY or the client certificate');
    return unknown(`the server answers with gRPC status ${error.code}`, 'look at the server’s log');
  }
}

async function attributes(access: TemporalAccess): Promise<Finding> {
  return (await knowsSearchAttributes(access))
    ? ok('all are registered')
    : warn(
        `${access.namespace} lacks some, or does not say`,
        'deploys work, but cannot be searched for by fleet, SHA, phase and outcome: greenlane setup',
      );
}

/** Who polls, and whether somebody really is there: a list of pollers still names a worker that was killed. */
async function lane(
  access: TemporalAccess,
  lockOf: (access: TemporalAccess) => Promise<LockAnswer>,
): Promise<Finding> {
  const [pollers, answer] = await Promise.all([pollersOf(access), lockOf(access)]);
  const start = 'start one where the secrets are: greenlane worker';
  const named = pollers.list.map(describe).join('; ');
  if (answer === 'silent')
    return fail(
      pollers.list.length === 0
        ? `nobody polls ${access.lane}`
        : `${access.lane}: listed are ${named}, but nobody answers`,
      start,
    );
  if (pollers.list.length === 0) return fail(`nobody polls ${access.lane}`, start);
  if (pollers.versioned && pollers.current === undefined)
    return fail(
      `${named}; no build is the current one, so nobody takes new deploys`,
      `greenlane setup --current-build ${pollers.list[0]?.buildId ?? 'ID'} (docs/operations.md)`,
    );
  const proof = answer === 'no-lock' ? '; the fleet had no deploy yet, so none was asked' : '; it answers';
  return ok(`${access.lane} is polled by ${named}${proof}`);
}

function lock(view: LockAnswer): Finding {
  if (view === 'no-lock') return ok('none yet; the first deploy starts it');
  if (view === 'silent') return unknown('nobody answers for it', 'mend `lane` first');
  const { holder, pin, freeze, waiting } = view;
  const what = `${holder === undefined ? 'free' : `held by ${holder.tag}`}, ${waiting} waiting, epoch ${view.epoch}`;
  if (pin !== undefined)
    return warn(
      `${what}; pinned to ${pin.tag} by ${pin.actor}: ${pin.reason}`,
      'auto deploys of any other tag wait: greenlane unpin --reason R',
    );
  if (freeze !== undefined)
    return warn(
      `${what}; frozen by ${freeze.actor}: ${freeze.reason}`,
      'auto deploys wait: greenlane unfreeze --reason R',
    );
  return ok(what);
}

/** Asks the lock by a query, which leaves nothing behind; never starts one. */
async function askLockOnce(access: TemporalAccess, fleet: string): Promise<LockAnswer> {
  try {
    return await access.client.withDeadline(Date.now() + ANSWER_MS, () =>
      access.client.workflow.getHandle(lockId(fleet)).query(lockQuery, 1),
    );
  } catch (error) {
    return error instanceof WorkflowNotFoundError ? 'no-lock' : 'silent';
  }
}

function describe({ identity, buildId, seconds, count }: Poller): string {
  const more = count > 1 ? ` and ${count - 1} more` : '';
  return `${identity}${more} (build ${buildId ?? 'unknown'}, seen ${seconds} s ago)`;
}
