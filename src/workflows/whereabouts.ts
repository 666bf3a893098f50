import { countWaves } from '../rollout/waves.ts';
import type { Run } from './run.ts';
import type { DeployState } from './state.ts';
import type { CommandName, DeployStatus, Receipt, Whereabouts } from './status.ts';

const NAMES = 50;

/** Where the fleet's tenants are, from what this deploy has proven. Unknown is what may be anything. */
export function whereabouts(run: Run): Whereabouts {
  const { state, inFlight } = run;
  const { section, stragglers } = state;
  const unsure = new Set([
    ...stragglers.map((straggler) => straggler.slug),
    ...state.unsure,
    ...(inFlight?.slugs ?? []),
  ]);
  const rolled = (section?.slugs.slice(0, section.at) ?? []).filter((slug) => !unsure.has(slug));
  const waiting = (section?.slugs.slice(section.at) ?? []).filter((slug) => !unsure.has(slug));
  const forward = state.direction === 'forward';
  const canary = state.settings?.canary;
  const canarySide = canary === undefined || state.canary === undefined || unsure.has(canary) ? [] : [canary];
  const out = section === undefined ? 0 : section.slugs.length - section.at - waiting.length;
  const onRelease = forward
    ? {
        count: state.onTarget + state.alreadyOnTarget,
        slugs: [...(state.canary?.done === true ? canarySide : []), ...rolled],
      }
    : { count: Math.max(0, notBack(state) - out), slugs: waiting };
  const unknown = { count: unsure.size, slugs: [...unsure] };
  const onFormer = {
    count: Math.max(0, state.total - onRelease.count - unknown.count),
    slugs: forward ? [...(state.canary?.done === true ? [] : canarySide), ...waiting] : rolled,
  };
  const short = (side: { count: number; slugs: readonly string[] }) => ({
    count: side.count,
    slugs: side.slugs.slice(0, NAMES),
  });
  return {
    total: state.total,
    onRelease: short(onRelease),
    onFormer: short(onFormer),
    unknown: short(unknown),
  };
}

/** Waves still to go, as far as the surveyed part of the fleet tells. */
export function wavesLeft(run: Run): number {
  const { state } = run;
  if (state.settings === undefined || state.rolledOut === true) return 0;
  if (state.direction === 'back') {
    return countWaves(notBack(state), state.settings.batchSize);
  }
  const all = countWaves(Math.max(0, state.total - state.alreadyOnTarget), state.settings.batchSize);
  return Math.max(0, all - state.wave);
}

/** Tenants that have yet to go back: counted once all are surveyed, before that from what was touched. */
function notBack({ onTarget, unsure, section, back }: DeployState): number {
  const surveyed = section === undefined ? 0 : section.slugs.length - section.at;
  if (section !== undefined && section.next === null) return surveyed;
  return Math.max(0, onTarget + unsure.length - back, surveyed);
}

/** What a person can do with the deploy in the state it is in. */
export function possible(run: Run): CommandName[] {
  const { state, asked } = run;
  // Of two people at once the first wins. What CI says of a newer commit gives way to a person.
  if (state.phase === 'ended' || (asked !== undefined && asked.name !== 'supersede')) return [];
  const back = state.direction === 'back';
  // A wave that is with the worker may have touched its tenants.
  const touched = state.calls > 0 || run.inFlight !== null;
  const rollback: CommandName[] = touched && !back ? ['rollback'] : [];
  if (state.halt !== undefined) return ['resume', ...rollback, 'abort'];
  const phase: CommandName[] =
    state.phase === 'soak'
      ? ['skip-soak']
      : state.phase === 'approval' && state.approved !== true
        ? ['approve', 'reject']
        : [];
  return [
    ...phase,
    'halt',
    ...rollback,
    'abort',
    ...(back || asked !== undefined ? [] : (['supersede'] as const)),
  ];
}

export function receiptOf(run: Run): Receipt {
  const { state } = run;
  return {
    workflowId: run.workflowId,
    phase: state.phase,
    inFlight: run.inFlight,
    tenants: whereabouts(run),
    wavesLeft: wavesLeft(run),
    next: possible(run),
    ...(state.outcome === undefined ? {} : { outcome: state.outcome }),
    ...(state.halt === undefined ? {} : { halted: state.halt }),
    ...(run.asked === undefined ? {} : { asked: run.asked }),
  };
}

export function statusOf(run: Run): DeployStatus {
  const { state, input } = run;
  const { settings } = state;
  const waves = settings === undefined ? 0 : state.wave + wavesLeft(run);
  return {
    workflowId: run.workflowId,
    runId: run.runId,
    fleet: input.fleet,
    sha: settings?.sha ?? input.sha ?? '',
    tag: settings?.tag ?? input.tag ?? '',
    kind: input.kind,
    phase: state.phase,
    phaseSince: state.phaseSince,
    startedAt: state.startedAt,
    detail: run.detail,
    required: settings?.required ?? [],
    wave: state.wave,
    waves,
    tenants: whereabouts(run),
    alreadyOnTarget: state.alreadyOnTarget,
    stragglers: state.stragglers.slice(0, 200),
    inFlight: run.inFlight,
    next: possible(run),
    warnings: state.warnings,
    audit: state.audit,
    ...(state.soakUntil === undefined ? {} : { soakUntil: state.soakUntil }),
    ...(state.epoch === undefined ? {} : { epoch: state.epoch }),
    ...(state.outcome === undefined ? {} : { outcome: state.outcome }),
    ...(state.halt === undefined ? {} : { halted: state.halt }),
    ...(run.asked === undefined ? {} : { asked: run.asked }),
  };
}
