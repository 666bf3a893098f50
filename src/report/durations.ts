import { SPAN_KINDS, type Span, type SpanKind, type Wave } from './story.ts';

/** Time spent on one kind of thing, ms. */
export interface Duration {
  readonly kind: SpanKind;
  readonly times: number;
  readonly total: number;
  readonly longest: number;
}

/** Where the time went, in the order of a deploy's way. Overlapping stretches count once each. */
export function durationsOf(spans: readonly Span[]): Duration[] {
  return SPAN_KINDS.flatMap((kind) => {
    const lengths = spans.filter((span) => span.kind === kind).map(({ from, to }) => Math.max(0, to - from));
    if (lengths.length === 0) return [];
    return [
      {
        kind,
        times: lengths.length,
        total: lengths.reduce((sum, one) => sum + one, 0),
        longest: Math.max(...lengths),
      },
    ];
  });
}

/** Waves of a long rollout that somebody wants to see: not in order, the slowest, and the first and last. */
export function notableWaves(waves: readonly Wave[], most: number): { shown: readonly Wave[]; left: number } {
  if (waves.length <= most) return { shown: waves, left: 0 };
  const notable = new Set<Wave>([waves[0] as Wave, waves.at(-1) as Wave]);
  for (const wave of waves)
    if (notable.size < most && (wave.end !== 'rolled' || wave.astray.length > 0 || wave.calls > 1))
      notable.add(wave);
  for (const wave of waves.toSorted((a, b) => b.to - b.from - (a.to - a.from))) {
    if (notable.size >= most) break;
    notable.add(wave);
  }
  return { shown: waves.filter((wave) => notable.has(wave)), left: waves.length - notable.size };
}
