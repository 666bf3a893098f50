import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js';
import type { Chain } from '../../src/report/history.ts';
import { factsOf, type RunFacts } from '../../src/report/facts.ts';
import { decoderOf } from '../../src/report/payload.ts';
import { storyOf } from '../../src/report/tell.ts';
import type { Story } from '../../src/report/story.ts';
import { recordings } from '../replay/recording.ts';

export const decode = decoderOf(loadDataConverter());

/** An exported history, as `temporal workflow show --output json` writes it. */
export interface Exported {
  readonly events: readonly Record<string, unknown>[];
}

/** A run of a recorded deploy: its export, and what was read of it. */
export interface RecordedRun {
  readonly exported: Exported;
  readonly facts: RunFacts;
}

let known: ReturnType<typeof recordings> | undefined;

/** Recorded deploys by scenario: the chains of runs of each, one per attempt, in the order they were recorded. */
export async function recordedChains(scenario: string): Promise<RecordedRun[][]> {
  known ??= recordings();
  const found = known.find(({ name }) => name === scenario);
  if (found === undefined) throw new Error(`there is no recording ${scenario}`);
  const chains: RecordedRun[][] = [];
  for (const { type, history } of found.runs) {
    if (type !== 'deploy') continue;
    const exported = history as Exported;
    const facts = (await factsOf(exported.events, decode)) as RunFacts;
    const before = chains.at(-1);
    if (facts.continuedFrom !== undefined && before !== undefined) before.push({ exported, facts });
    else chains.push([{ exported, facts }]);
  }
  return chains;
}

/** The first recorded deploy of a scenario, told. */
export async function recordedStory(scenario: string): Promise<Story> {
  const [runs = []] = await recordedChains(scenario);
  return storyOf(chainOf(runs), Date.now());
}

export function chainOf(runs: readonly RecordedRun[]): Chain {
  return { runs: runs.map(({ facts }) => facts), complete: true };
}
