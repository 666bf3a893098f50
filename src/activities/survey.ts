import { Context } from '@temporalio/activity';
import { bySlug, formerOf, runsOf } from '../rollout/former.ts';
import { sameSha } from '../rollout/sha.ts';
import type { Answer } from '../rollout/tenants.ts';
import { SECTION_SIZE } from '../rollout/waves.ts';
import { History } from './ancestry.ts';
import type { Activities, Survey, SurveyInput } from './contract.ts';
import type { Enumerations } from './enumeration.ts';
import type { Fleets } from './fleets.ts';
import { askAll } from './look.ts';
import { Pulse } from './pulse.ts';

/** The next section of the fleet: what its tenants run now, and which of them need a call. */
export function survey(fleets: Fleets, enumerations: Enumerations): Activities['survey'] {
  return async (input) => {
    const { settings, after, back } = input;
    const fleet = fleets.get(settings.fleet);
    const pulse = new Pulse();
    try {
      const fresh = after === null && (back === undefined || back.before === null);
      const all = await enumerations.of(
        Context.current().info.workflowExecution?.workflowId ?? '',
        fleet,
        settings.tag,
        fresh,
      );
      const ask = async (slugs: readonly string[]): Promise<Map<string, Answer>> =>
        askAll(fleet.config.file, slugs);
      return back === undefined
        ? await forward(input, all, ask, new History(fleet.forge, settings))
        : await backward(input, back, all, ask);
    } finally {
      pulse.stop();
    }
  };
}

type Ask = (slugs: readonly string[]) => Promise<Map<string, Answer>>;

async function forward(
  { settings, after, earlier }: SurveyInput,
  all: readonly string[],
  ask: Ask,
  history: History,
): Promise<Survey> {
  const { canary, sha, kind } = settings;
  const rest = all.filter((slug) => slug !== canary && (after === null || bySlug(slug, after) > 0));
  const page = rest.slice(0, SECTION_SIZE);
  const listed = all.includes(canary);
  const answers = await ask(listed && after === null ? [canary, ...page] : page);
  const runs = (slug: string): string | null => shaOf(answers.get(slug));
  const onTarget = (slug: string): boolean => {
    const running = runs(slug);
    return running !== null && sameSha(running, sha);
  };
  // A tenant that an earlier attempt brought to the release goes back to what it ran before that one.
  const before = (slug: string): string | null =>
    (onTarget(slug) ? formerOf(earlier ?? [], slug) : undefined) ?? runs(slug);
  const ahead = kind === 'rollback' ? undefined : await findAhead(answers, history);
  const slugs = page.filter((slug) => !onTarget(slug));
  return {
    total: all.length,
    slugs,
    alreadyOnTarget: page.length - slugs.length,
    former: runsOf(page.map((slug) => [slug, before(slug)] as const)),
    canary: {
      listed,
      onTarget: after === null && listed && onTarget(canary),
      sha: after === null && listed ? runs(canary) : null,
    },
    next: page.length < rest.length ? (page.at(-1) ?? null) : null,
    ...(ahead === undefined ? {} : { ahead }),
  };
}

/** A tenant that is ahead of the release: the fleet must not be moved backward (I-01). */
async function findAhead(answers: ReadonlyMap<string, Answer>, history: History): Promise<Survey['ahead']> {
  const running = new Map<string, string>();
  for (const [slug, answer] of answers)
    if (answer.kind === 'sha' && !running.has(answer.sha)) running.set(answer.sha, slug);
  const sha = await history.firstAhead(running.keys());
  return sha === undefined ? undefined : { sha, slug: running.get(sha) as string };
}

/** Touched tenants, newest touched first and the canary last, with what each ran before the deploy. */
async function backward(
  { settings }: SurveyInput,
  back: NonNullable<SurveyInput['back']>,
  all: readonly string[],
  ask: Ask,
): Promise<Survey> {
  const { extent, before, lastKnownGood, canary, undo } = back;
  // Null, not known, is not undefined, never looked at: such a tenant was touched and is not to be passed over.
  const former = (slug: string): string | null | undefined => {
    const seen = formerOf(back.former, slug);
    return seen ?? formerOf(back.earlier ?? [], slug) ?? seen;
  };
  const wasThere = (slug: string): boolean => {
    const sha = former(slug);
    return sha !== undefined && sha !== null && sameSha(sha, settings.sha);
  };
  const touched = all.filter(
    (slug) =>
      slug !== settings.canary &&
      extent !== null &&
      bySlug(slug, extent) <= 0 &&
      former(slug) !== undefined &&
      !wasThere(slug),
  );
  const rest = touched.filter((slug) => before === null || bySlug(slug, before) < 0).reverse();
  const page = rest.slice(0, SECTION_SIZE);
  const last = page.length === rest.length;
  const withCanary =
    last && canary !== undefined && all.includes(settings.canary) ? [...page, settings.canary] : page;
  const target = (slug: string): string | null =>
    (slug === settings.canary ? canary?.sha : former(slug)) ?? lastKnownGood ?? null;
  const answers = await ask(withCanary);
  const left = withCanary.filter((slug) => {
    const running = shaOf(answers.get(slug));
    const sha = target(slug);
    return running === null || sha === null || !sameSha(running, sha);
  });
  // After the end of a deploy others have moved the fleet: only what still runs the release is taken back.
  const moved =
    undo === true ? left.filter((slug) => runsSomethingElse(answers.get(slug), settings.sha)) : [];
  const slugs = left.filter((slug) => !moved.includes(slug));
  const guessed = slugs.filter((slug) => (slug === settings.canary ? canary?.sha : former(slug)) === null);
  return {
    total: all.length,
    slugs,
    targets: slugs.map(target),
    alreadyOnTarget: withCanary.length - left.length,
    moved: moved.length,
    former: [],
    canary: { listed: true, onTarget: false, sha: null },
    next: last ? null : (page.at(-1) ?? null),
    warnings: [
      ...(guessed.length === 0 || lastKnownGood === undefined
        ? []
        : [
            `what ${named(guessed)} ran before is not known: the last known good ${lastKnownGood.slice(0, 7)} is used`,
          ]),
      ...(moved.length === 0
        ? []
        : [`${named(moved)} run neither the release nor what they ran before it: left as they are`]),
    ],
  };
}

function runsSomethingElse(answer: Answer | undefined, release: string): boolean {
  const running = shaOf(answer);
  return running !== null && !sameSha(running, release);
}

function named(slugs: readonly string[]): string {
  return `${slugs.slice(0, 10).join(', ')}${slugs.length > 10 ? ` and ${slugs.length - 10} more` : ''}`;
}

function shaOf(answer: Answer | undefined): string | null {
  return answer?.kind === 'sha' ? answer.sha.toLowerCase() : null;
}
