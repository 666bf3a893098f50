import type { Verification } from '../activities/contract.ts';
import { judgeFleet } from '../rollout/fleet-verdict.ts';
import { countWaves } from '../rollout/waves.ts';
import { fleetActivities, movePointer } from './activities.ts';
import { Ended, TurnedBack } from './ends.ts';
import { activity, reasonOf } from './failures.ts';
import type { Run } from './run.ts';
import type { Steering } from './steering.ts';

/** Every tenant of a fresh enumeration must answer the release's SHA. @throws Ended with the deploy's outcome. */
export async function verify(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  for (;;) {
    await steering.boundary();
    const { tries } = state;
    // Resumed meanwhile: what was seen before the halt proves nothing any more.
    const isStale = async (): Promise<boolean> => {
      await steering.boundary();
      return state.tries !== tries;
    };
    const verdict = judgeFleet(await look(run), settings);
    if (await isStale()) continue;
    if (verdict.outcome === 'deployed') {
      await follow(run);
      if (await isStale()) continue;
      throw new Ended('deployed', verdict.reason);
    }
    if (verdict.outcome === 'superseded')
      throw new Ended('superseded', verdict.reason, { supersededBy: verdict.by });
    if (settings.onFailure === 'rollback' && settings.kind !== 'rollback' && state.calls > 0)
      throw new TurnedBack(verdict.reason, 'greenlane (onFailure: rollback)');
    throw new Ended('failed', verdict.reason);
  }
}

async function look(run: Run): Promise<Verification> {
  const { state, settings } = run;
  run.enter('verify', `asking ${state.total} tenants what they run`);
  run.tell('pending', 'verifying every tenant');
  const found = await activity(() =>
    fleetActivities(settings).verifyFleet.executeWithOptions({ summary: `${state.total} tenants` }, [
      {
        settings,
        unhealthy: state.stragglers.filter((one) => one.state === 'unhealthy').map((one) => one.slug),
        stragglers: state.stragglers,
      },
    ]),
  );
  state.total = found.total;
  state.stragglers = [...found.stragglers];
  state.gone = [...new Set([...state.gone, ...found.gone])].slice(0, 200);
  state.verified = { onTarget: found.onTarget, counts: found.counts };
  for (const slug of found.gone) run.note(`${slug} is gone: a fresh enumeration no longer lists it`);
  return found;
}

/** Moves the pointer tag to the digest of a verified release, where one is configured; and only then. */
async function follow(run: Run): Promise<void> {
  const { state, settings } = run;
  const pointer = settings.registry?.pointer;
  if (pointer === undefined || state.digest === undefined) return;
  try {
    await movePointer.executeWithOptions({ summary: `${pointer} to ${state.digest.slice(0, 19)}` }, [
      { fleet: settings.fleet, digest: state.digest },
    ]);
    run.note(`${pointer} now names ${state.digest}`);
  } catch (error) {
    // Every tenant runs the release: that is what `deployed` says. The pointer is the operator's to mend.
    run.warn(`the pointer tag ${pointer} could not be moved: ${reasonOf(error)}`);
  }
}

/** Reads everything, calls nothing: what a deploy would find and do. @throws Ended */
export async function dryRun(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  run.enter('preflight', 'dry run: reading the fleet');
  await steering.boundary();
  const found = await activity(() =>
    fleetActivities(settings).survey.executeWithOptions({ summary: 'what the fleet runs' }, [
      { settings, after: null },
    ]),
  );
  state.total = found.total;
  state.alreadyOnTarget = found.alreadyOnTarget + (found.canary.onTarget ? 1 : 0);
  if (!found.canary.listed)
    throw new Ended(
      'failed',
      `the canary ${settings.canary} is not a tenant of the fleet (I-15); rollout.canary must name one that is`,
    );
  if (found.ahead !== undefined)
    throw new Ended(
      'superseded',
      `${found.ahead.slug} already runs ${found.ahead.sha.slice(0, 7)}, a descendant`,
      { supersededBy: found.ahead.sha },
    );
  const waves = countWaves(found.total - state.alreadyOnTarget, settings.batchSize);
  throw new Ended(
    'dry_run',
    `${found.total} tenants, ${state.alreadyOnTarget} of those read already on ${settings.tag}; about ${waves} waves; nothing was called`,
  );
}
