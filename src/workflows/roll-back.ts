import * as wf from '@temporalio/workflow';
import { nameStragglers } from '../rollout/tolerance.ts';
import { tagOf } from '../rollout/tag.ts';
import { fleetActivities } from './activities.ts';
import { continueAsNew, historyIsLong } from './continue.ts';
import { CalledBack, Ended } from './ends.ts';
import { activity, cannotTell, maySent, reasonOf } from './failures.ts';
import { formerRelease, holdsAfter } from './holds-after.ts';
import { tellLock } from './lock-signals.ts';
import { turnedBackSignal } from './messages.ts';
import { queue } from './queue.ts';
import type { Run } from './run.ts';
import type { Steering } from './steering.ts';

/**
 * Takes every touched tenant back to what it ran before, newest touched first, the canary last; proven like a
 * rollout. @throws Ended `rolled_back`, or `failed` naming the tenants that could not be proven back.
 */
export async function rollBack(
  run: Run,
  steering: Steering,
  why: { reason: string; actor: string },
): Promise<void> {
  const { state } = run;
  if (state.direction === 'forward') turn(run, why);
  run.enter('rolling_back', `rolling back: ${why.reason}`);
  run.tell('pending', `rolling back: ${why.reason}`);
  await queue(run, steering);
  if (run.input.undo === undefined) await pin(run);
  while (state.rolledOut !== true) {
    await steering.boundary();
    run.enter('rolling_back', `rolling back: ${state.back} tenants are back`);
    if (state.section === undefined) await surveyBack(run, null);
    else if (state.section.at < state.section.slugs.length) {
      await pin(run);
      await waveBack(run, steering);
    } else if (state.section.next !== null) await surveyBack(run, state.section.next);
    else state.rolledOut = true;
    if (historyIsLong()) await continueAsNew(run, steering);
  }
  const former = formerRelease(run);
  const to = former === undefined ? 'what they ran before' : tagOf(run.settings.tagTemplate, former);
  if (state.stragglers.length > run.settings.maxStragglers) {
    throw new Ended(
      'failed',
      `the rollback to ${to} is not proven for ${state.stragglers.length} tenants: ${nameStragglers(state.stragglers)}`,
    );
  }
  if (state.back === 0 && state.moved > 0)
    throw new Ended(
      'failed',
      `nothing was taken back: the ${state.moved} tenants that ${run.settings.tag} touched have been moved since`,
    );
  const aside = state.stragglers.length === 0 ? '' : `, except ${nameStragglers(state.stragglers)}`;
  throw new Ended('rolled_back', `${state.back} touched tenants are back on ${to}${aside}: ${why.reason}`);
}

function turn(run: Run, why: { reason: string; actor: string }): void {
  const { state } = run;
  run.note(`turning back: ${why.reason}`, why.actor);
  state.direction = 'back';
  state.turnedFor = why.reason;
  state.turnedBy = why.actor;
  delete state.section;
  delete state.rolledOut;
  delete state.soakUntil;
  delete state.halt;
  state.ask = true;
  state.tries += 1;
  state.stragglers = [];
  state.unsure = [];
}

/** The pin stands from the first step back: also when this deploy dies on the way, nothing rolls forward again (I-27). */
async function pin(run: Run): Promise<void> {
  if (run.state.pinned === true) return;
  const { workflowId, runId } = run;
  run.state.pinned = await tellLock(run, turnedBackSignal, { workflowId, runId, ...holdsAfter(run) });
}

async function surveyBack(run: Run, before: string | null): Promise<void> {
  const { state, settings } = run;
  const canary = before === null && state.canary?.touched === true ? state.canary : undefined;
  const found = await activity(() =>
    fleetActivities(settings).survey.executeWithOptions({ summary: 'what the touched tenants run' }, [
      {
        settings,
        after: null,
        back: {
          former: state.former,
          before,
          extent: state.extent,
          ...(state.earlier === undefined ? {} : { earlier: state.earlier.former }),
          ...(run.input.undo === undefined ? {} : { undo: true }),
          ...(state.lastKnownGood === undefined ? {} : { lastKnownGood: state.lastKnownGood.sha }),
          ...(canary === undefined ? {} : { canary: { sha: canary.sha } }),
        },
      },
    ]),
  );
  state.total = found.total;
  for (const warning of found.warnings ?? []) run.warn(warning);
  state.back += found.alreadyOnTarget;
  state.moved += found.moved ?? 0;
  state.section = { slugs: found.slugs, at: 0, next: found.next, targets: found.targets ?? [] };
}

/** One wave back: tenants next to each other that ran the same release. */
async function waveBack(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  const section = state.section;
  if (section === undefined) return;
  const target = section.targets?.[section.at] ?? null;
  const slugs: string[] = [];
  for (
    let at = section.at;
    at < section.slugs.length &&
    slugs.length < settings.batchSize &&
    (section.targets?.[at] ?? null) === target;
    at += 1
  )
    slugs.push(section.slugs[at] as string);
  if (target === null) {
    for (const slug of slugs) state.stragglers.push({ slug, state: 'stale', wave: state.wave });
    run.warn(
      `nobody knows what ${slugs.join(', ')} ran before, and there is no last known good: left as they are`,
    );
    state.section = { ...section, at: section.at + slugs.length };
    return;
  }
  const { wave } = state;
  const scope = `back-${state.tries}`;
  try {
    const result = await steering.flight.carry({ wave, slugs, since: Date.now() }, scope, () =>
      fleetActivities(settings).rollWave.executeWithOptions(
        { summary: `back: ${slugs.length} tenants to ${target.slice(0, 7)}` },
        [
          {
            settings,
            runId: run.runId,
            wave,
            slugs,
            tag: tagOf(settings.tagTemplate, target),
            sha: target,
            epoch: state.epoch as number,
            ask: true,
            scope,
            guarded: false,
          },
        ],
      ),
    );
    state.calls += result.calls;
    state.unsure = result.kind === 'rolled' ? [] : slugs.filter((slug) => !result.onTarget.includes(slug));
    if (result.kind === 'stopped') {
      if (result.by === 'fenced') throw new Ended('failed', result.reason);
      return;
    }
    if (result.kind === 'failed') throw new Ended('failed', `rolling back, wave ${wave}: ${result.reason}`);
    state.back += result.onTarget;
    state.stragglers.push(...result.stragglers);
    state.gone.push(...result.gone.slice(0, 100));
    state.wave += 1;
    state.waves += 1;
    state.section = { ...section, at: section.at + slugs.length };
  } catch (error) {
    if (error instanceof CalledBack) {
      state.unsure = slugs;
      return;
    }
    if (!(error instanceof wf.ActivityFailure) || wf.isCancellation(error)) throw error;
    if (maySent(error)) {
      state.calls += 1;
      state.unsure = slugs;
    }
    // A fleet that is half back is not given away because nobody can tell: somebody looks, and resumes it.
    if (!cannotTell(error) || state.calls === 0)
      throw new Ended('failed', `rolling back, wave ${wave}: ${reasonOf(error)}`);
    steering.halt(reasonOf(error), 'greenlane');
  }
}
