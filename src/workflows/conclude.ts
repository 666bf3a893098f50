import * as wf from '@temporalio/workflow';
import type { HoldsAfter, ReleaseMessage } from '../rollout/lock/messages.ts';
import type { Outcome } from '../rollout/outcome.ts';
import { completeRuns } from '../rollout/former.ts';
import { byState } from '../rollout/tenants.ts';
import { Ended, TurnedBack } from './ends.ts';
import { holdsAfter } from './holds-after.ts';
import { release } from './lock-signals.ts';
import { rollBack } from './roll-back.ts';
import type { Run } from './run.ts';
import { searchAttributes } from './search-attributes.ts';
import type { DeployResult } from './status.ts';
import type { Steering } from './steering.ts';
import { whereabouts } from './whereabouts.ts';

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
    rollBack(run, steering, {
      reason: state.turnedFor ?? 'rollback',
      actor: state.turnedBy ?? 'greenlane',
    });
  let next = state.direction === 'back' && run.input.undo === undefined ? back : work;
  for (;;) {
    try {
      await next();
      return new Ended('failed', 'the deploy came to no end');
    } catch (error) {
      if (error instanceof TurnedBack) {
        state.turnedFor = error.reason;
        state.turnedBy = error.actor;
        next = back;
      } else if (error instanceof Ended) {
        if (!steering.pending) return error;
        next = () => promised(run, steering, error);
      } else if (wf.isCancellation(error))
        return new Ended('halted', 'cancelled in Temporal', { freeze: state.calls > 0 });
      else throw error;
    }
  }
}

/** What somebody was promised while the deploy came to its end comes first: a halt keeps the fleet, a rollback is done. */
async function promised(run: Run, steering: Steering, end: Ended): Promise<never> {
  if (run.state.halt !== undefined) run.note(`would end ${end.outcome}: ${end.reason}`);
  await steering.boundary();
  throw end;
}

async function finish(run: Run, steering: Steering, end: Ended): Promise<DeployResult> {
  const { state, input } = run;
  const { outcome, reason } = end;
  const at = Date.now();
  state.outcome = outcome;
  steering.close();
  run.note(`${outcome}: ${reason}`);
  const result = resultOf(run, end, at);
  if (state.epoch !== undefined) await release(run, released(run, end, result));
  else await steering.place.leave();
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
function released(
  run: Run,
  end: Ended,
  result: DeployResult,
): Omit<ReleaseMessage, 'workflowId' | 'runId' | 'epoch'> {
  const { state } = run;
  const { outcome, reason } = end;
  return {
    outcome,
    reason,
    tenants: result.tenants.total,
    onTarget: result.tenants.onTarget,
    ...(result.tenants.back === undefined ? {} : { back: result.tenants.back }),
    quarantined: [...result.tenants.quarantined].slice(0, 20),
    touched: state.extent !== null || state.canary?.touched === true,
    startedAt: state.startedAt,
    ...(state.digest === undefined ? {} : { digest: state.digest }),
    ...holdsOf(run, outcome),
    ...(end.freeze ? { freeze: { reason: reason.slice(0, 500), actor: 'greenlane' } } : {}),
  };
}

/** A fleet that was taken back, or only in part, is pinned whatever the outcome: the way forward is somebody's decision. */
function holdsOf(run: Run, outcome: Outcome): HoldsAfter {
  const { state, settings, input } = run;
  const nothing = input.undo !== undefined && state.back === 0 && state.calls === 0;
  if (state.direction === 'back') return nothing ? {} : holdsAfter(run);
  if (settings.kind !== 'rollback' || (outcome !== 'deployed' && state.calls === 0)) return {};
  const reason = `rolled back to it: ${input.reason ?? 'no reason given'}`.slice(0, 500);
  return { pin: { tag: settings.tag, reason, actor: input.actor } };
}

function resultOf(run: Run, end: Ended, now: number): DeployResult {
  const { state, input, workflowId, runId } = run;
  const { settings, stragglers } = state;
  const deployed = end.outcome === 'deployed';
  const turned = state.direction === 'back';
  const onTarget = turned
    ? whereabouts(run).onRelease.count
    : (state.verified?.onTarget ?? state.onTarget + state.alreadyOnTarget);
  const canary =
    state.canary?.touched === true && settings !== undefined
      ? { slug: settings.canary, sha: state.canary.sha }
      : state.earlier?.canary;
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
      onTarget,
      alreadyOnTarget: state.alreadyOnTarget,
      quarantined: deployed ? stragglers.map((one) => one.slug).sort() : [],
      stale: byState(stragglers, 'stale'),
      unreachable: byState(stragglers, 'unreachable'),
      unhealthy: byState(stragglers, 'unhealthy'),
      missing: byState(stragglers, 'missing'),
      gone: [...new Set(state.gone)].sort(),
      ...(turned ? { back: state.back } : {}),
    },
    startedAt: new Date(state.startedAt).toISOString(),
    finishedAt: new Date(now).toISOString(),
    kind: input.kind,
    actor: input.actor,
    warnings: state.warnings,
    former: completeRuns(state.former, state.earlier?.former ?? []),
    extent: state.extent,
    audit: state.audit,
    ...(state.digest === undefined ? {} : { digest: state.digest }),
    ...(state.epoch === undefined ? {} : { epoch: state.epoch }),
    ...(canary === undefined ? {} : { canary }),
  };
}
