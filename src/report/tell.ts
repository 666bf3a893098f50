import { HistoryError } from '../errors.ts';
import type { Snapshot } from '../progress/snapshot.ts';
import type { RunFacts } from './facts.ts';
import type { Chain } from './history.ts';
import * as schemas from './schemas.ts';
import { spansOf, wavesOf } from './spans.ts';
import type { Story } from './story.ts';
import { fleetOf } from './tenants.ts';

/**
 * Tells a deploy from its history. `live` is what a deploy that still runs says of itself: a history knows no phase.
 * `now` in ms since the epoch. @throws HistoryError when the history has no input that can be read
 */
export function storyOf({ runs, complete }: Chain, now: number, live?: Snapshot): Story {
  const [first] = runs;
  const last = runs.at(-1);
  const input = schemas.input.safeParse(first?.input).data;
  if (first === undefined || last === undefined || input === undefined)
    throw new HistoryError(
      `The history of ${first?.workflowId ?? 'the deploy'} does not say what was asked for`,
    );
  const { carried } = input;
  const result = schemas.result.safeParse(last.end?.result).data;
  const settings = settingsOf(runs) ?? carried?.settings;
  const running = last.end === undefined;
  const status = running ? live?.status : undefined;
  const to = last.end?.at ?? (live === undefined ? last.last : now);
  const waves = wavesOf(runs, to);
  const actor = result?.actor ?? input.actor;
  return {
    workflowId: last.workflowId === '' ? `deploy/${input.fleet}/${input.sha ?? ''}` : last.workflowId,
    runId: last.runId,
    fleet: input.fleet,
    sha: result?.sha ?? settings?.sha ?? input.sha ?? '',
    tag: result?.tag ?? settings?.tag ?? input.tag ?? '',
    kind: input.kind,
    actor,
    from: carried?.startedAt ?? first.from,
    to,
    running,
    because: result?.reason ?? status?.detail ?? reasonOf(last),
    touched: waves.some(({ calls, end }) => calls > 0 || end === 'open' || end === 'failed'),
    gates: gatesOf(runs, settings, live),
    spans: spansOf(runs, to),
    waves,
    tenants: fleetOf(runs, result),
    audit: result?.audit ?? status?.audit ?? [],
    // Stragglers are shown in the fleet, by name and with what they were found to be.
    warnings: (result?.warnings ?? status?.warnings ?? []).filter((one) => !one.startsWith('straggler ')),
    runs: runs.length,
    complete,
    ...(input.reason === undefined ? {} : { reason: input.reason }),
    ...(settings === undefined ? {} : { settings }),
    ...(result === undefined ? {} : { outcome: result.outcome }),
    ...(last.end === undefined ? {} : { closed: last.end.how }),
    ...(status?.halted === undefined ? {} : { halted: status.halted }),
    ...(result?.supersededBy === undefined ? {} : { supersededBy: result.supersededBy }),
    ...(result?.digest === undefined ? {} : { digest: result.digest }),
    ...((result?.epoch ?? status?.epoch) === undefined
      ? {}
      : { epoch: (result?.epoch ?? status?.epoch) as number }),
  };
}

function reasonOf({ end }: RunFacts): string {
  if (end === undefined) return 'it had not ended when its history was read';
  if (end.how === 'continued as new')
    return 'it went on in another run, whose history is not here: give that one too, with --history';
  return end.how === 'completed'
    ? 'it ended with a result that cannot be read'
    : `Temporal closed its workflow: ${end.how}`;
}

function settingsOf(runs: readonly RunFacts[]): schemas.Settings | undefined {
  for (const { activities } of runs) {
    const prepared = activities.find(({ type, end }) => type === 'prepare' && end === 'completed');
    if (prepared !== undefined) return schemas.settings.safeParse(prepared.result).data;
  }
  return undefined;
}

/** Gates as the last look found them; those of a deploy that never looked are listed as such. */
function gatesOf(
  runs: readonly RunFacts[],
  settings: schemas.Settings | undefined,
  live: Snapshot | undefined,
): schemas.GateRow[] {
  const looks = runs.flatMap(({ activities }) => activities).filter(({ type }) => type === 'awaitGates');
  const last = looks.at(-1);
  const found = last?.result ?? last?.failure?.details[0] ?? live?.gates;
  const gates = schemas.gate.array().safeParse(found).data;
  if (gates !== undefined) return gates;
  if (settings?.kind !== 'auto') return [];
  // A run that was exported alone goes on behind the gates, and nothing but green ones lets a deploy pass.
  const passed = schemas.input.safeParse(runs[0]?.input).data?.carried !== undefined;
  return settings.required.map((context) => ({
    context,
    description: '',
    ...(passed
      ? { state: 'green' as const, reported: 'success' }
      : { state: 'waiting' as const, reported: 'not known' }),
  }));
}
