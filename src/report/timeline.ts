import { html, type Html } from '../page/html.ts';
import { utc } from '../page/time.ts';
import { formatDuration } from '../rollout/duration.ts';
import type { AuditEntry } from '../workflows/status.ts';
import { SPAN_KINDS, type Span, type SpanKind, type Story } from './story.ts';

const WIDTH = 1_000;
const LEFT = 90;
const RIGHT = 14;
const ROW = 26;
const TOP = 22;
/** Rectangles with a title each; above that, stretches are drawn together, one shape per row. */
const MOST_TITLED = 300;
const MOST_MARKS = 20;

/** Distances of the time axis, ms. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400].map(
  (seconds) => seconds * 1_000,
);

/** What people did, in the order of the audit trail: the marks of the timeline carry these numbers. */
export function peoplesActs(audit: readonly AuditEntry[]): AuditEntry[] {
  return audit.filter(({ actor }) => !actor.startsWith('greenlane'));
}

/** When the deploy did what: a row per kind of thing, drawn to scale, with what people did as numbered lines. */
export function timeline(story: Story): Html {
  const { from, spans } = story;
  const to = Math.max(story.to, from + 1_000);
  const kinds = SPAN_KINDS.filter((kind) => spans.some((span) => span.kind === kind));
  const scale = (time: number): number =>
    LEFT + ((Math.min(Math.max(time, from), to) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + kinds.length * ROW + 4;
  const height = bottom + 18;
  const marks = peoplesActs(story.audit)
    .map((entry, index) => ({ ...entry, number: index + 1 }))
    .filter(({ at }) => at >= from && at <= to)
    .slice(0, MOST_MARKS);
  return html`<svg
    class="timeline"
    viewBox="0 0 ${WIDTH} ${height}"
    role="img"
    aria-labelledby="tl-title tl-desc"
  >
    <title id="tl-title">Timeline of the deploy</title>
    <desc id="tl-desc">
      From ${utc(from)} to ${utc(to)}. The table “Where the time went” has the same in numbers.
    </desc>
    ${ticks(from, to).map(
      (time) =>
        html`<path class="tick" d="M${round(scale(time))} ${TOP - 4}V${bottom}" />
          <text class="axis" x="${round(scale(time))}" y="${height - 4}"
            >+${formatDuration(time - from)}</text
          >`,
    )}
    ${kinds.map((kind, index) =>
      row(
        kind,
        spans.filter((span) => span.kind === kind),
        TOP + index * ROW,
        scale,
        spans.length <= MOST_TITLED,
      ),
    )}
    ${marks.map(
      ({ at, number, actor, what }) =>
        html`<g class="mark">
          <title>${number}: ${actor}: ${what}</title>
          <path d="M${round(scale(at))} ${TOP - 6}V${bottom}" />
          <circle cx="${round(scale(at))}" cy="${TOP - 8}" r="8" />
          <text x="${round(scale(at))}" y="${TOP - 4}">${number}</text>
        </g>`,
    )}
  </svg>`;
}

function row(
  kind: SpanKind,
  spans: readonly Span[],
  top: number,
  scale: (time: number) => number,
  titled: boolean,
): Html {
  const y = top + 4;
  const boxes = spans.map((span) => {
    const x = scale(span.from);
    return { span, x, width: Math.max(1.5, scale(span.to) - x) };
  });
  const shapes = titled
    ? boxes.map(
        ({ span, x, width }) =>
          html`<rect
            class="span ${kind}${span.open === true ? ' open' : ''}"
            x="${round(x)}"
            y="${y}"
            width="${round(width)}"
            height="${ROW - 8}"
            ><title>
              ${span.label}: ${formatDuration(span.to - span.from)}${span.open === true ? ' so far' : ''},
              from ${utc(span.from)}
            </title></rect
          >`,
      )
    : html`<path
        class="span ${kind}"
        d="${joined(boxes)
          .map(({ x, width }) => `M${round(x)} ${y}h${round(width)}v${ROW - 8}h-${round(width)}z`)
          .join('')}"
      />`;
  return html`<text class="label" x="${LEFT - 10}" y="${top + 17}">${kind}</text>${shapes}`;
}

/** Boxes with those that touch within half a unit drawn as one. */
function joined(boxes: readonly { x: number; width: number }[]): { x: number; width: number }[] {
  const result: { x: number; width: number }[] = [];
  for (const { x, width } of boxes) {
    const last = result.at(-1);
    if (last !== undefined && x - (last.x + last.width) < 0.5)
      last.width = Math.max(last.width, x + width - last.x);
    else result.push({ x, width });
  }
  return result;
}

function ticks(from: number, to: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= 8) ?? (to - from) / 8;
  // Counted, not added up: a history can name times so large that a step changes nothing.
  return Array.from({ length: 9 }, (_, index) => from + index * step).filter((time) => time <= to);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
