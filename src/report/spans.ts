import type { ActivityFact, RunFacts } from './facts.ts';
import * as schemas from './schemas.ts';
import type { Span, SpanKind, Wave } from './story.ts';
import { isBackScope } from './tenants.ts';

/** Timers of the workflow by their summaries (src/workflows). */
const TIMERS: readonly (readonly [RegExp, SpanKind])[] = [
  [/^soak before wave \d+$/, 'soak'],
  [/^deadline of the halted deploy$/, 'halted'],
  [/^approval$/, 'approval'],
];

/** On what a chain of runs spent its time; what has not ended yet ends at `now`. */
export function spansOf(runs: readonly RunFacts[], now: number): Span[] {
  const spans: Span[] = [];
  const add = (kind: SpanKind, label: string, from: number, to: number | undefined): void => {
    spans.push({
      kind,
      label,
      from,
      to: to ?? Math.max(from, now),
      ...(to === undefined ? { open: true } : {}),
    });
  };
  let asked: number | undefined;
  for (const { activities, timers, grants } of runs) {
    for (const activity of activities) {
      const { type, from, to } = activity;
      if (type === 'awaitGates') add('gates', 'gates', from, to);
      else if (type === 'preflight') add('checks', 'checks before the first call', from, to);
      else if (type === 'survey') add('checks', 'what the tenants run', from, to);
      else if (type === 'verifyFleet') add('verify', 'verify every tenant', from, to);
      else if (type === 'requestFleet') asked ??= from;
      else if (type === 'rollWave') {
        const { kind, label } = waveName(activity);
        add(kind, label, from, to);
      }
    }
    for (const { summary, from, to } of timers) {
      const kind = TIMERS.find(([pattern]) => pattern.test(summary))?.[1];
      if (kind !== undefined) add(kind, summary, from, to);
    }
    const granted = asked === undefined ? undefined : grants.find((at) => at >= (asked ?? 0));
    if (asked !== undefined && granted !== undefined) {
      add('queue', 'queue for the fleet', asked, granted);
      asked = undefined;
    }
  }
  const last = runs.at(-1);
  if (asked !== undefined) add('queue', 'queue for the fleet', asked, last?.end?.at);
  return spans.sort((a, b) => a.from - b.from);
}

/** The waves in order, each with all its tries. */
export function wavesOf(runs: readonly RunFacts[], now: number): Wave[] {
  const waves = new Map<string, Wave>();
  for (const activity of runs.flatMap(({ activities }) => activities)) {
    if (activity.type !== 'rollWave') continue;
    const { label, back } = waveName(activity);
    const one = waveOf(activity, label, back, now);
    const before = waves.get(label);
    waves.set(label, before === undefined ? one : join(before, one));
  }
  return [...waves.values()];
}

function waveOf(activity: ActivityFact, label: string, back: boolean, now: number): Wave {
  const result = schemas.waveResult.safeParse(activity.result).data;
  const { failure, end, attempt, from, to } = activity;
  const note = result?.reason ?? (failure === undefined ? undefined : failure.message || end);
  return {
    label,
    back,
    from,
    to: to ?? now,
    slugs: schemas.waveInput.safeParse(activity.input).data?.slugs ?? [],
    calls: result?.calls ?? 0,
    attempts: Math.max(1, attempt),
    controlPlaneMs: result?.controlPlaneMs ?? 0,
    end: result?.kind ?? (end === 'open' ? 'open' : end === 'canceled' ? 'stopped' : 'failed'),
    astray: (result?.stragglers ?? []).map(({ slug, state }) => `${slug} (${state})`),
    ...(note === undefined || note === '' ? {} : { note }),
  };
}

/** A wave that was stopped or lost, and its next try: the end of the last one counts. */
function join(before: Wave, next: Wave): Wave {
  return {
    ...next,
    from: before.from,
    slugs: [...new Set([...before.slugs, ...next.slugs])],
    calls: before.calls + next.calls,
    attempts: before.attempts + next.attempts,
    controlPlaneMs: before.controlPlaneMs + next.controlPlaneMs,
  };
}

function waveName({ input }: ActivityFact): { kind: SpanKind; label: string; back: boolean } {
  const wave = schemas.waveInput.safeParse(input).data;
  if (wave === undefined) return { kind: 'waves', label: 'a wave', back: false };
  if (isBackScope(wave.scope)) return { kind: 'rollback', label: `back, wave ${wave.wave}`, back: true };
  return wave.wave === 0
    ? { kind: 'canary', label: 'canary', back: false }
    : { kind: 'waves', label: `wave ${wave.wave}`, back: false };
}
