import { html, type Html } from '../page/html.ts';
import type { Tone } from '../page/outcome.ts';
import type { Fleet, TenantState } from './tenants.ts';

/** How a state is shown: a mark and words for everybody, a tone for the eye. In the order of what needs somebody. */
export const STATE_LOOKS: Readonly<
  Record<TenantState, readonly [Tone | 'dim', mark: string, words: string]>
> = {
  unknown: ['bad', '?', 'unknown: a call may have reached them'],
  unhealthy: ['bad', '✖', 'unhealthy'],
  stale: ['bad', '✖', 'stale: still on another release'],
  unreachable: ['bad', '✖', 'unreachable'],
  missing: ['bad', '✖', 'missing from the results'],
  quarantined: ['warn', '!', 'quarantined: not on the release, tolerated'],
  back: ['calm', '↩', 'back on what they ran before'],
  former: ['dim', '·', 'on what they ran before, not touched'],
  gone: ['dim', '–', 'gone: no longer listed'],
  release: ['good', '✔', 'on the release'],
};

const STATES = Object.keys(STATE_LOOKS) as TenantState[];
/** Fleets up to this size show every tenant by name at once; larger ones a picture, and names on request. */
const NAMED_AT_ONCE = 300;
const COLUMNS = 100;
const CELL = 10;

/** The fleet as it was at the end: a picture of large ones, and every tenant by name in the group of its state. */
export function fleetGrid({ named, already, total }: Fleet): Html {
  const rest = Math.max(0, total - named.length - already);
  return html`${named.length + already > NAMED_AT_ONCE ? picture(named, already) : ''}
  ${STATES.map((state) =>
    group(
      state,
      named.filter((tenant) => tenant.state === state).map(({ slug }) => slug),
      named.length,
    ),
  )}
  ${
    already === 0
      ? ''
      : html`<p>
          <span class="good">✔ ${already} more ran the release already</span> and needed no call; histories
          carry their number, not their names.
        </p>`
  }
  ${rest === 0 ? '' : html`<p class="dim">${rest} more of ${total} tenants are not named in the history.</p>`}`;
}

function group(state: TenantState, slugs: readonly string[], all: number): Html {
  if (slugs.length === 0) return html``;
  const [tone, mark, words] = STATE_LOOKS[state];
  const title = html`<span class="${tone}"
    ><span aria-hidden="true">${mark} </span>${slugs.length} ${words}</span
  >`;
  const list = html`<ul class="chips ${tone}">
    ${slugs.map((slug) => html`<li>${slug}</li>`)}
  </ul>`;
  return all <= NAMED_AT_ONCE || slugs.length <= 50
    ? html`<h3>${title}</h3>
        ${list}`
    : html`<details>
        <summary>${title}</summary>
        ${list}
      </details>`;
}

/** Tenants that are drawn without a name; what a history says of their number may be anything. */
const MOST_SQUARES = 1_000_000;

/** One square per tenant in the order of slugs; neighbours in the same state are one shape under a grid of lines. */
function picture(named: Fleet['named'], already: number): Html {
  const count = named.length + Math.max(0, Math.min(already, MOST_SQUARES));
  const rows = Math.ceil(count / COLUMNS);
  const paths = new Map<TenantState, string>();
  for (let from = 0; from < named.length;) {
    const state = named[from]?.state as TenantState;
    let to = from + 1;
    while (to < named.length && to % COLUMNS !== 0 && named[to]?.state === state) to += 1;
    paths.set(state, (paths.get(state) ?? '') + square(from, to));
    from = to;
  }
  let blank = '';
  for (let from = named.length; from < count;) {
    const to = Math.min(count, (Math.floor(from / COLUMNS) + 1) * COLUMNS);
    blank += square(from, to);
    from = to;
  }
  const summary = STATES.filter((state) => paths.has(state)).map(
    (state) => `${named.filter((tenant) => tenant.state === state).length} ${STATE_LOOKS[state][2]}`,
  );
  return html`<svg
    class="fleet"
    viewBox="0 0 ${COLUMNS * CELL} ${rows * CELL}"
    role="img"
    aria-label="${count} tenants: ${summary.join(', ')}"
  >
    <defs>
      <pattern id="cells" width="${CELL}" height="${CELL}" patternUnits="userSpaceOnUse">
        <path class="grid" d="M0 0H${CELL}M0 0V${CELL}" />
      </pattern>
    </defs>
    ${[...paths].map(([state, path]) => html`<path class="${STATE_LOOKS[state][0]} ${state}" d="${path}" />`)}
    ${blank === '' ? '' : html`<path class="good already" d="${blank}" />`}
    <rect width="${COLUMNS * CELL}" height="${rows * CELL}" fill="url(#cells)" />
  </svg>`;
}

function square(from: number, to: number): string {
  const length = (to - from) * CELL;
  return `M${(from % COLUMNS) * CELL} ${Math.floor(from / COLUMNS) * CELL}h${length}v${CELL}h-${length}z`;
}
