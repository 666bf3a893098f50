import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { FleetFile } from '../config/schema.ts';
import type { StragglerState, Straggler } from '../rollout/tenants.ts';
import { History } from './ancestry.ts';
import type { Activities, Verification, VerifyInput } from './contract.ts';
import type { Enumerations } from './enumeration.ts';
import type { Fleets } from './fleets.ts';
import { askAll, isOn, settle } from './look.ts';
import { Pulse } from './pulse.ts';

/** Tenants that are asked between two heartbeats with progress. */
const CHUNK = 1_000;
const NAMES = 200;

/** What a retry finds of the attempt before: how far the first look came, and who did not answer the release. */
const progress = z.object({ asked: z.number(), left: z.array(z.string()), total: z.number() });

/** Asks every tenant of a fresh enumeration; what has not settled is asked again within the settle budget (I-16). */
export function verifyFleet(fleets: Fleets, enumerations: Enumerations): Activities['verifyFleet'] {
  return async (input) => {
    const { settings } = input;
    const fleet = fleets.get(settings.fleet);
    const { file } = fleet.config;
    const { info } = Context.current();
    const before = progress.safeParse(info.heartbeatDetails);
    const pulse = new Pulse(before.success ? before.data : undefined);
    try {
      const deploy = info.workflowExecution?.workflowId ?? '';
      const all = await enumerations.of(deploy, fleet, settings.tag, !before.success);
      const left = await firstLook(
        file,
        settings.sha,
        all,
        before.success && before.data.total === all.length ? before.data : undefined,
        pulse,
      );
      const last = await settle(
        file,
        settings.sha,
        left,
        settings,
        pulse,
        (still) => (pulse.details = { asked: all.length, left: still.slice(0, 5_000), total: all.length }),
      );
      enumerations.forget(deploy);
      const history = settings.kind === 'rollback' ? undefined : new History(fleet.forge, settings);
      return await report(input, all, last, history);
    } finally {
      pulse.stop();
    }
  };
}

async function firstLook(
  file: FleetFile,
  sha: string,
  all: readonly string[],
  before: z.output<typeof progress> | undefined,
  pulse: Pulse,
): Promise<string[]> {
  const left = [...(before?.left ?? [])];
  for (let at = before?.asked ?? 0; at < all.length; at += CHUNK) {
    const chunk = all.slice(at, at + CHUNK);
    const answers = await askAll(file, chunk);
    left.push(...chunk.filter((slug) => !isOn(sha, answers.get(slug))));
    // A list that grew too long to carry is asked again by a retry: correct, only slower.
    if (left.length <= 5_000) pulse.details = { asked: at + chunk.length, left, total: all.length };
    pulse.mustLive();
  }
  return left;
}

async function report(
  input: VerifyInput,
  all: readonly string[],
  last: Awaited<ReturnType<typeof settle>>,
  history: History | undefined,
): Promise<Verification> {
  const listed = new Set(all);
  const unhealthy = new Set(input.unhealthy.filter((slug) => listed.has(slug)));
  const known = new Map(input.stragglers.map((straggler) => [straggler.slug, straggler]));
  const counts: Record<StragglerState, number> = { stale: 0, unreachable: 0, unhealthy: 0, missing: 0 };
  const stragglers: Straggler[] = [];
  let ahead: Verification['ahead'];
  const count = (straggler: Straggler): void => {
    counts[straggler.state] += 1;
    if (stragglers.length < NAMES) stragglers.push(straggler);
  };
  for (const [slug, answer] of last) {
    const wave = known.get(slug)?.wave;
    const more = wave === undefined ? {} : { wave };
    if (answer.kind === 'sha') {
      if (history !== undefined && ahead === undefined && (await history.isAhead(answer.sha)))
        ahead = { sha: answer.sha, slug };
      const state = unhealthy.has(slug)
        ? 'unhealthy'
        : known.get(slug)?.state === 'missing'
          ? 'missing'
          : 'stale';
      count({ slug, state, sha: answer.sha, ...more });
    } else if (answer.kind === 'unreachable') count({ slug, state: 'unreachable', ...more });
    else count({ slug, state: 'stale', ...more });
    unhealthy.delete(slug);
  }
  // On the release, but called unhealthy by the control plane and by nobody well since.
  for (const slug of unhealthy)
    count({
      slug,
      state: 'unhealthy',
      ...(known.get(slug)?.wave === undefined ? {} : { wave: known.get(slug)?.wave as number }),
    });
  return {
    total: all.length,
    onTarget: all.length - counts.stale - counts.unreachable - counts.unhealthy - counts.missing,
    stragglers,
    counts,
    gone: [...known.keys()].filter((slug) => !listed.has(slug)),
    ...(ahead === undefined ? {} : { ahead }),
  };
}
