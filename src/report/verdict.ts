import type { Tone } from '../page/outcome.ts';
import { OUTCOME_LOOKS } from '../page/outcome.ts';
import { releaseOf } from '../progress/words.ts';
import { formatDuration } from '../rollout/duration.ts';
import type { Outcome } from '../rollout/outcome.ts';
import type { Story } from './story.ts';

export interface Verdict {
  readonly tone: Tone;
  readonly mark: string;
  /** What came of it, in one sentence that needs no other. */
  readonly sentence: string;
}

/** The deploy in one sentence: what happened, and what the fleet runs now. */
export function verdictOf(story: Story): Verdict {
  const { outcome, halted, running, fleet, closed } = story;
  if (outcome !== undefined) {
    const [tone, mark] = OUTCOME_LOOKS[outcome];
    const aside = outcome === 'deployed' && story.tenants.onRelease < story.tenants.total;
    return { tone: aside ? 'warn' : tone, mark, sentence: sentenceOf(outcome, story) };
  }
  if (halted !== undefined)
    return {
      tone: 'bad',
      mark: '■',
      sentence: `HALTED by ${halted.actor} and waiting for somebody: ${countOf(story)}.`,
    };
  if (running)
    return {
      tone: 'calm',
      mark: '▶',
      sentence: `Running for ${formatDuration(story.to - story.from)}: ${countOf(story)}.`,
    };
  return {
    tone: 'bad',
    mark: '?',
    sentence: `Ended without an outcome (${closed ?? 'unknown'}): what the tenants of ${fleet} run is not known from it.`,
  };
}

function sentenceOf(outcome: Outcome, story: Story): string {
  const { fleet, tenants, touched, supersededBy } = story;
  const release = releaseOf(story);
  const took = formatDuration(story.to - story.from);
  const untouched = `no tenant of ${fleet} was touched by ${release}`;
  switch (outcome) {
    case 'deployed': {
      const aside = tenants.total - tenants.onRelease;
      const rest =
        aside > 0
          ? ` ${aside} ${aside === 1 ? 'is' : 'are'} quarantined and must be looked after by hand.`
          : '';
      return `Deployed: ${tenants.onRelease} of ${tenants.total} tenants of ${fleet} are proven on ${release}, after ${took}.${rest}`;
    }
    case 'superseded': {
      const by = supersededBy === undefined ? 'a newer commit' : supersededBy.slice(0, 7);
      return `Superseded by ${by}: ${touched ? `it stopped where ${countOf(story)}` : untouched}.`;
    }
    case 'disabled':
      return `Stopped by the kill switch: ${touched ? countOf(story) : untouched}.`;
    case 'dry_run':
      return `Dry run of ${release} on ${fleet}: nothing was called.`;
    case 'halted':
      return touched
        ? `Halted, and ended there: ${countOf(story)}, and the fleet is mixed.`
        : `Halted before it began: ${untouched}.`;
    case 'rolled_back':
      return `Rolled back: the tenants of ${fleet} that ${release} had touched are back on what they ran before.`;
    case 'failed':
      return touched
        ? `Failed after ${took}: ${countOf(story)}, and ${takenBack(story)}.`
        : `Failed after ${took}: ${untouched}.`;
  }
}

function countOf(story: Story): string {
  const { tenants, fleet } = story;
  return `${tenants.onRelease} of ${tenants.total} tenants of ${fleet} run ${releaseOf(story)}`;
}

function takenBack({ waves, tenants }: Story): string {
  if (!waves.some(({ back }) => back)) return 'nothing was rolled back';
  const back = tenants.named.filter(({ state }) => state === 'back').length;
  return `the rollback did not come to its end (${back} back on what they ran before)`;
}
