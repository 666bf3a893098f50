import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { FleetFile } from '../config/schema.ts';
import type { Answer, StragglerState, Straggler } from '../rollout/tenants.ts';
import { History } from './ancestry.ts';
import type { Activities, Verification, VerifyInput } from './contract.ts';
import { enumerate, type Enumerations } from './enumeration.ts';
import type { Fleet, Fleets } from './fleets.ts';
import { askAll, isOn, settle } from './look.ts';
import { Pulse } from './pulse.ts';

/** Tenants that are asked between two heartbeats with progress. */
const CHUNK = 1_000;
const NAMES = 200;

/** A list of those left that is longer is not carried to a retry, which asks everybody again: correct, only slower. */
const CARRIED = 5_000;

/** What a retry finds of the attempt before: of which list, how far it came, and who did not answer the release. */
const progress = z.object({ list: z.string(), asked: z.number(), left: z.array(z.string()).readonly() });
type Progress = z.output<typeof progress>;

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
      // Another list, be it as long, is asked from its beginning: a place in one says nothing of the other.
      const list = createHash('sha256').update(all.join(',')).digest('hex').slice(0, 16);
      const note = (asked: number, left: readonly string[]): void => {
        if (left.length <= CARRIED) pulse.details = { list, asked, left } satisfies Progress;
        else pulse.details = undefined;
      };
      const known = before.success && before.data.list === list ? before.data : undefined;
      const left = await firstLook(file, settings.sha, all, known, pulse, note);
      const last = await settle(file, settings.sha, left, settings, pulse, (still) =>
        note(all.length, still),
      );
      const gone = await tornDown(fleet, settings.tag, last);
      enumerations.forget(deploy);
      const history = settings.kind === 'rollback' ? undefined : new History(fleet.forge, settings);
      return await report(
        input,
        all.filter((slug) => !gone.has(slug)),
        last,
        gone,
        history,
      );
    } finally {
      pulse.stop();
    }
  };
}

async function firstLook(
  file: FleetFile,
  sha: string,
  all: readonly string[],
  before: Progress | undefined,
  pulse: Pulse,
  note: (asked: number, left: readonly string[]) => void,
): Promise<string[]> {
  const left = [...(before?.left ?? [])];
  for (let at = before?.asked ?? 0; at < all.length; at += CHUNK) {
    const chunk = all.slice(at, at + CHUNK);
    const answers = await askAll(file, chunk);
    left.push(...chunk.filter((slug) => !isOn(sha, answers.get(slug))));
    note(at + chunk.length, [...left]);
    pulse.mustLive();
  }
  return left;
}

/** Who cannot be reached and is not listed any more was torn down meanwhile (I-17). Unreadable: nobody is gone. */
async function tornDown(
  fleet: Fleet,
  tag: string,
  last: ReadonlyMap<string, Answer>,
): Promise<ReadonlySet<string>> {
  const lost = [...last].filter(([, answer]) => answer.kind === 'unreachable').map(([slug]) => slug);
  if (lost.length === 0) return new Set();
  try {
    const listed = new Set(await enumerate(fleet, tag));
    return new Set(lost.filter((slug) => !listed.has(slug)));
  } catch {
    return new Set();
  }
}

async function report(
  input: VerifyInput,
  all: readonly string[],
  last: ReadonlyMap<string, Answer>,
  tornDown: ReadonlySet<string>,
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
    // The canary is never quarantined (I-12), so it is always among the named ones.
    if (stragglers.length < NAMES || straggler.slug === input.settings.canary) stragglers.push(straggler);
  };
  for (const [slug, answer] of last) {
    if (tornDown.has(slug)) continue;
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
    gone: [...new Set([...tornDown, ...[...known.keys()].filter((slug) => !listed.has(slug))])].slice(
      0,
      NAMES,
    ),
    ...(ahead === undefined ? {} : { ahead }),
  };
}
