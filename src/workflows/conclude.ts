import * as wf from '@temporalio/workflow';
import { commonFormer } from '../rollout/former.ts';
import { tagOf } from '../rollout/tag.ts';
import { byState } from '../rollout/tenants.ts';
import type { ReleaseMessage } from '../rollout/lock/messages.ts';
import { Ended, TurnedBack } from './ends.ts';
import { leave, release } from './queue.ts';
import { rollBack } from './roll-back.ts';
import type { Run } from './run.ts';
import { searchAttributes } from './search-attributes.ts';
import type { DeployResult } from './status.ts';
import type { Steering } from './steering.ts';

/**
 * Runs a deploy to its end, whatever that is: gives the fleet back, writes the outcome down, tells the forge and
 * whoever is to be notified. Every way out goes through here.
 */
export async function conclude(
  run: Run,
  steering: Steering,
  work: () => Promise<void>,
): Promise<DeployResult> {
  const end = await endOf(run, steering, work);
  return wf.CancellationScope.nonCancellable(async () => finish(run, steering, end));
}

async function endOf(run: Run, steering: Steering, work: () => Promise<void>): Promise<Ended> {
  const { state } = run;
  const back = async (): Promise<void> =>
    rollBack(run, steering, { reason: state.turnedFor ?? 'rollback', actor: 'greenlane' });
  try {
    await (state.direction === 'back' && run.input.undo === undefined ? back() : work());
    return new Ended('failed', 'the deploy came to no end');
  } catch (error) {
    if (error instanceof TurnedBack) {
      state.turnedFor = error.reason;
      run.note(`rollback: ${error.reason}`, error.actor);
      return endOf(run, steering, back);
    }
    if (error instanceof Ended) return error;
    if (error instanceof wf.ContinueAsNew) throw error;
    if (wf.isCancellation(error))
      return new Ended('halted', 'cancelled in Temporal', { freeze: state.calls > 0 });
    throw error;
  }
}

async function finish(run: Run, steering: Steering, end: Ended): Promise<DeployResult> {
  const { state, input } = run;
  const { outcome, reason } = end;
  const at = Date.now();
  run.note(`${outcome}: ${reason}`);
  const result = resultOf(run, end, at);
  if (state.epoch !== undefined) await release(run, released(run, end, result));
  else if (state.greenAt !== undefined) await leave(run);
  steering.close();
  run.enter('ended', `${outcome}: ${reason}`);
  if (input.searchAttributes === true)
    wf.upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
  tell(run, end);
  await run.told();
  await wf.condition(wf.allHandlersFinished);
  return result;
}

function tell(run: Run, { outcome, reason }: Ended): void {
  const status = {
    deployed: 'success',
    superseded: 'success',
    disabled: 'success',
    dry_run: 'success',
    halted: 'failure',
    rolled_back: 'failure',
    failed: 'failure',
  } as const;
  run.tell(status[outcome], `${outcome}: ${reason}`, outcome);
}

/** What the lock's ledger keeps; a rollback pins the fleet (I-27), an unattended halt freezes it. */
function released(run: Run, end: Ended, result: DeployResult): Omit<ReleaseMessage, 'workflowId' | 'runId'> {
  const { state, settings, input } = run;
  const { outcome, reason } = end;
  const actor = input.actor;
  const former = commonFormer(state.former) ?? state.lastKnownGood?.sha ?? null;
  const pinned =
    outcome === 'rolled_back' && former !== null
      ? tagOf(settings.tagTemplate, former)
      : outcome === 'deployed' && settings.kind === 'rollback'
        ? settings.tag
        : undefined;
  return {
    outcome,
    reason,
    tenants: result.tenants.total,
    onTarget: result.tenants.onTarget,
    quarantined: [...result.tenants.quarantined].slice(0, 20),
    startedAt: state.startedAt,
    ...(state.digest === undefined ? {} : { digest: state.digest }),
    ...(pinned === undefined
      ? {}
      : {
          pin: {
            tag: pinned,
            reason: `rolled back: ${input.reason ?? state.turnedFor ?? reason}`.slice(0, 500),
            actor,
          },
        }),
    ...(end.freeze ? { freeze: { reason: reason.slice(0, 500), actor: 'greenlane' } } : {}),
  };
}

function resultOf(run: Run, end: Ended, now: number): DeployResult {
  const { state, input, workflowId, runId } = run;
  const { settings, stragglers } = state;
  const deployed = end.outcome === 'deployed';
  return {
    outcome: end.outcome,
    reason: end.reason,
    fleet: input.fleet,
    sha: settings?.sha ?? input.sha ?? '',
    tag: settings?.tag ?? input.tag ?? '',
    workflowId,
    runId,
    ...(end.supersededBy === undefined ? {} : { supersededBy: end.supersededBy }),
    waves: state.waves,
    tenants: {
      total: state.total,
      onTarget: state.verified?.onTarget ?? state.onTarget + state.alreadyOnTarget,
      alreadyOnTarget: state.alreadyOnTarget,
      quarantined: deployed ? stragglers.map((one) => one.slug).sort() : [],
      stale: byState(stragglers, 'stale'),
      unreachable: byState(stragglers, 'unreachable'),
      unhealthy: byState(stragglers, 'unhealthy'),
      missing: byState(stragglers, 'missing'),
      gone: [...new Set(state.gone)].sort(),
    },
    startedAt: new Date(state.startedAt).toISOString(),
    finishedAt: new Date(now).toISOString(),
    kind: input.kind,
    actor: input.actor,
    warnings: state.warnings,
    former: state.former,
    extent: state.extent,
    audit: state.audit,
    ...(state.digest === undefined ? {} : { digest: state.digest }),
    ...(state.epoch === undefined ? {} : { epoch: state.epoch }),
    ...(state.canary?.touched === true && settings !== undefined
      ? { canary: { slug: settings.canary, sha: state.canary.sha } }
      : {}),
  };
}
