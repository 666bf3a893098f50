import * as wf from '@temporalio/workflow';
import type { WaveResult } from '../activities/contract.ts';
import { joinRuns, later } from '../rollout/former.ts';
import { failureOf } from '../rollout/tolerance.ts';
import { waveOf } from '../rollout/waves.ts';
import { fleetActivities } from './activities.ts';
import { continueAsNew, historyIsLong } from './continue.ts';
import { CalledBack, Ended, TurnedBack } from './ends.ts';
import { activity, cannotTell, maySent, reasonOf } from './failures.ts';
import type { Run } from './run.ts';
import type { Steering } from './steering.ts';

/** The canary alone, then the rest in waves with a soak between them, section by section. */
export async function rollOut(run: Run, steering: Steering): Promise<void> {
  const { state } = run;
  if (state.direction === 'back') return;
  while (state.rolledOut !== true) {
    if (state.section === undefined) await survey(run, null);
    else if (state.canary?.done !== true) await canary(run, steering);
    else if (state.section.at < state.section.slugs.length) await wave(run, steering);
    else if (state.section.next !== null) await survey(run, state.section.next);
    else {
      state.rolledOut = true;
      delete state.soakUntil;
    }
    if (historyIsLong()) await continueAsNew(run, steering);
  }
}

/** Reads what the next tenants run: those on the release need no call, those ahead of it stop the deploy (I-01). */
async function survey(run: Run, after: string | null): Promise<void> {
  const { state, settings } = run;
  const first = after === null;
  if (first) run.say('reading what every tenant runs now');
  const found = await activity(() =>
    fleetActivities(settings).survey.executeWithOptions(
      { summary: first ? 'what the fleet runs' : `tenants after ${after}` },
      [{ settings, after, ...(state.earlier === undefined ? {} : { earlier: state.earlier.former }) }],
    ),
  );
  state.total = found.total;
  delete state.askAll;
  if (found.ahead !== undefined) {
    throw new Ended(
      'superseded',
      `${found.ahead.slug} already runs ${found.ahead.sha.slice(0, 7)}, a descendant of ${settings.sha.slice(0, 7)}`,
      { supersededBy: found.ahead.sha },
    );
  }
  if (first) {
    if (!found.canary.listed)
      throw new Ended(
        'failed',
        `the canary ${settings.canary} is not a tenant of the fleet (I-15); rollout.canary must name one that is`,
      );
    const { onTarget, sha } = found.canary;
    const before = onTarget ? state.earlier?.canary : undefined;
    state.canary = { sha: before?.sha ?? sha, onTarget, done: onTarget, touched: before !== undefined };
    if (onTarget) state.wave = 1;
    run.note(
      `${found.total} tenants; the canary ${settings.canary} runs ${sha?.slice(0, 7) ?? 'nothing that can be read'}`,
    );
  }
  state.alreadyOnTarget += found.alreadyOnTarget + (first && found.canary.onTarget ? 1 : 0);
  state.former = joinRuns(state.former, found.former);
  state.section = { slugs: found.slugs, at: 0, next: found.next };
}

async function canary(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  await steering.boundary();
  run.enter('canary', `rolling the canary ${settings.canary}`);
  run.tell('pending', `rolling the canary ${settings.canary}`);
  if ((await roll(run, steering, [settings.canary])) && state.canary !== undefined) {
    state.canary.done = true;
    run.note(`canary ${settings.canary} answers ${settings.sha.slice(0, 7)}`);
  }
}

async function wave(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  if (state.soakUntil !== undefined) await steering.soak();
  await steering.boundary();
  const section = state.section;
  if (section === undefined) return;
  const slugs = waveOf(section, settings.batchSize);
  run.enter(
    'waves',
    `rolling wave ${state.wave}: ${slugs.slice(0, 5).join(', ')}${slugs.length > 5 ? ` and ${slugs.length - 5} more` : ''}`,
  );
  if (state.wave === 1) run.tell('pending', 'rolling the fleet');
  if (await roll(run, steering, slugs)) {
    state.extent = later(state.extent, slugs.at(-1) ?? null);
    state.section = { ...section, at: section.at + slugs.length };
  }
}

/** One wave; true when it is behind us, false when it was stopped before its end and is to be looked at again. */
async function roll(run: Run, steering: Steering, slugs: readonly string[]): Promise<boolean> {
  const { state, settings } = run;
  const isCanary = slugs[0] === settings.canary;
  const wave = state.wave;
  const summary = isCanary ? `canary ${settings.canary}` : `wave ${wave}: ${slugs.length} tenants`;
  const scope = `${state.tries}`;
  let result: WaveResult;
  try {
    result = await steering.flight.carry({ wave, slugs, since: Date.now() }, scope, () =>
      fleetActivities(settings).rollWave.executeWithOptions({ summary }, [
        {
          settings,
          runId: run.runId,
          wave,
          slugs,
          tag: settings.tag,
          sha: settings.sha,
          epoch: state.epoch as number,
          ask: state.ask,
          scope,
          guarded: settings.kind === 'auto',
        },
      ]),
    );
  } catch (error) {
    if (error instanceof CalledBack) {
      run.note(`wave ${wave} was called back; its tenants are asked before anything is sent to them again`);
      touched(run, isCanary, slugs, 1);
      state.unsure = [...slugs];
      state.ask = true;
      return false;
    }
    if (!(error instanceof wf.ActivityFailure) || wf.isCancellation(error)) throw error;
    if (cannotTell(error)) {
      if (maySent(error)) touched(run, isCanary, slugs, 1);
      if (state.calls === 0) throw new Ended('failed', `wave ${wave}: ${reasonOf(error)}`);
      steering.halt(reasonOf(error), 'greenlane');
      return false;
    }
    touched(run, isCanary, slugs, 1);
    throw failed(run, `wave ${wave}: ${reasonOf(error)}`);
  }
  for (const warning of result.warnings) run.warn(warning);
  touched(run, isCanary, slugs, result.calls);
  switch (result.kind) {
    case 'failed':
      state.onTarget += result.onTarget.length;
      state.stragglers.push(...result.stragglers);
      throw failed(run, `wave ${wave}: ${result.reason}`);
    case 'stopped':
      state.ask = state.ask || result.calls > 0;
      if (result.calls > 0) state.unsure = slugs.filter((slug) => !result.onTarget.includes(slug));
      stopped(run, steering, result);
      return false;
    case 'rolled':
      state.ask = state.askAll === true;
      state.unsure = [];
      state.wave += 1;
      state.waves += 1;
      state.onTarget += result.onTarget;
      state.gone.push(...result.gone.slice(0, 100));
      state.stragglers.push(...result.stragglers);
      if (result.ahead !== undefined)
        throw new Ended(
          'superseded',
          `somebody moved a tenant of wave ${wave} to ${result.ahead.slice(0, 7)}, which is newer`,
          { supersededBy: result.ahead },
        );
      for (const straggler of result.stragglers) run.warn(`straggler ${straggler.slug}: ${straggler.state}`);
      judge(run);
      if (settings.soakMs > 0) state.soakUntil = Date.now() + settings.soakMs;
      return true;
  }
}

function stopped(run: Run, steering: Steering, result: Extract<WaveResult, { kind: 'stopped' }>): void {
  const { state } = run;
  if (result.by === 'steering') return;
  if (result.by === 'fenced') throw new Ended('failed', result.reason);
  if (result.by === 'superseded')
    throw new Ended(
      'superseded',
      result.reason,
      result.sha === undefined ? {} : { supersededBy: result.sha },
    );
  if (state.calls === 0) throw new Ended('disabled', `${result.reason}; no tenant was touched`);
  steering.halt(result.reason, 'kill switch');
}

/** Fails the deploy when the stragglers are more than is quarantined, or one is the canary (I-12). */
function judge(run: Run): void {
  const { settings, state } = run;
  const failure = failureOf(state.stragglers, settings);
  if (failure !== undefined) throw failed(run, failure);
}

function failed(run: Run, reason: string): Ended | TurnedBack {
  return run.settings.onFailure === 'rollback' && run.settings.kind !== 'rollback' && run.state.calls > 0
    ? new TurnedBack(reason, 'greenlane (onFailure: rollback)')
    : new Ended('failed', reason);
}

function touched(run: Run, isCanary: boolean, slugs: readonly string[], calls: number): void {
  const { state } = run;
  if (calls === 0) return;
  state.calls += calls;
  if (isCanary && state.canary !== undefined) state.canary.touched = true;
  else state.extent = later(state.extent, slugs.at(-1) ?? null);
}
