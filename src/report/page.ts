import { createHash } from 'node:crypto';
import { html, raw, type Content, type Html } from '../page/html.ts';
import { THEME } from '../page/theme.ts';
import { at, iso, precise, utc } from '../page/time.ts';
import { kindOf, releaseOf } from '../progress/words.ts';
import { formatDuration } from '../rollout/duration.ts';
import { VERSION } from '../version.ts';
import { durationsOf, notableWaves } from './durations.ts';
import { fleetGrid } from './fleet-grid.ts';
import type { Story, Wave } from './story.ts';
import { REPORT_STYLE } from './style.ts';
import { peoplesActs, timeline } from './timeline.ts';
import { verdictOf } from './verdict.ts';

/** Waves in the table; of a longer rollout, those somebody wants to see. */
const MOST_WAVES = 100;

export interface PageOptions {
  /** When the report is made, ms since the epoch. */
  readonly now: number;
  /** Address of the workflow in Temporal UI. */
  readonly url?: string | undefined;
}

/** The report as one page that needs nothing else: no network, no script; prints, dark and light, by keyboard. */
export function reportPage(story: Story, options: PageOptions): Html {
  const style = THEME + REPORT_STYLE;
  const hash = createHash('sha256').update(style).digest('base64');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="content-security-policy"
          content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${releaseOf(story)} on ${story.fleet} · Greenlane report</title>
        <link rel="icon" href="data:," />
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#fleet">To the fleet</a>
        <main>
          ${head(story, options)} ${section('timeline', 'Timeline', scroll('timeline', timeline(story)))}
          ${section('fleet', 'Fleet', fleetGrid(story.tenants))} ${gates(story)}
          ${section('times', 'Where the time went', times(story))} ${waves(story)} ${audit(story)}
          <footer>
            Made by Greenlane ${VERSION} at ${at(options.now)} from
            ${story.runs === 1 ? 'the history of one run' : `the histories of ${story.runs} runs`}.
          </footer>
        </main>
      </body>
    </html>`;
}

function head(story: Story, { url }: PageOptions): Html {
  const { tone, mark, sentence } = verdictOf(story);
  const fact = (name: string, value: Content): Html =>
    value === undefined || value === ''
      ? html``
      : html`<dt>${name}</dt>
          <dd>${value}</dd>`;
  return html`<header>
    <div class="verdict ${tone}">
      <h1><span aria-hidden="true">${mark} </span>${sentence}</h1>
    </div>
    <p>${story.because}</p>
    ${story.complete ? '' : html`<p class="panel warn">The history of the first runs of this deploy is not here: what they did is known only as far as the later ones carry it.</p>`}
    ${
      story.warnings.length === 0
        ? ''
        : html`<div class="panel warn">
            <strong>Warnings</strong>
            <ul>
              ${story.warnings.map((warning) => html`<li>${warning}</li>`)}
            </ul>
          </div>`
    }
    <dl class="facts">
      ${fact('release', html`<code>${releaseOf(story)}</code>`)}
      ${fact('commit', html`<code>${story.sha}</code>`)} ${fact('fleet', story.fleet)}
      ${fact('kind', `${kindOf(story)}, asked for by ${story.actor}${story.reason === undefined ? '' : `: ${story.reason}`}`)}
      ${fact('time', html`${at(story.from)} to ${at(story.to)} (${formatDuration(story.to - story.from)})`)}
      ${fact('digest', story.digest === undefined ? '' : html`<code>${story.digest}</code>`)}
      ${fact('epoch', story.epoch)}
      ${fact('workflow', url === undefined ? html`<code>${story.workflowId}</code>` : html`<a href="${url}">${story.workflowId}</a>`)}
    </dl>
  </header>`;
}

function gates(story: Story): Html {
  if (story.gates.length === 0) return html``;
  const marks = { green: ['good', '✔'], waiting: ['warn', '…'], refused: ['bad', '✖'] } as const;
  return section(
    'gates',
    'Gates',
    table(
      ['state', 'context', 'said'],
      story.gates.map(({ state, context, reported, description }) => {
        const [tone, mark] = marks[state];
        return [
          html`<span class="chip ${tone}"><span aria-hidden="true">${mark} </span>${reported}</span>`,
          context,
          description,
        ];
      }),
    ),
  );
}

function times(story: Story): Html {
  const durations = durationsOf(story.spans);
  const longest = Math.max(1, ...durations.map(({ total }) => total));
  return table(
    ['step', 'took', 'times', 'longest', ''],
    durations.map(({ kind, total, times: count, longest: one }) => [
      kind,
      precise(total),
      count,
      precise(one),
      html`<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect width="${Math.max(1, Math.round((total / longest) * 100))}" height="10" />
      </svg>`,
    ]),
  );
}

function waves(story: Story): Html {
  if (story.waves.length === 0) return html``;
  const { shown, left } = notableWaves(story.waves, MOST_WAVES);
  const note =
    left === 0
      ? ''
      : html`<p class="dim">
          The first and the last, what was not in order, and the slowest; ${left} more were in order.
        </p>`;
  const row = (wave: Wave): Content[] => [
    wave.label,
    names(wave.slugs),
    precise(wave.to - wave.from),
    precise(wave.controlPlaneMs),
    wave.calls,
    wave.end === 'rolled' && wave.astray.length === 0
      ? html`<span class="good">✔ ${wave.slugs.length} proven</span>`
      : html`<span class="${wave.end === 'open' ? 'calm' : 'bad'}"
            >${wave.end === 'rolled' ? `✖ ${wave.astray.join(', ')}` : wave.end === 'open' ? '▶ under way' : `✖ ${wave.end}`}</span
          >${wave.note === undefined ? '' : `: ${wave.note}`}`,
  ];
  return section(
    'waves',
    `Waves (${story.waves.length})`,
    html`${note}${table(['wave', 'tenants', 'took', 'control plane', 'calls', 'end'], shown.map(row))}`,
  );
}

function audit({ audit: entries, from }: Story): Html {
  if (entries.length === 0) return html``;
  const acts = peoplesActs(entries);
  return section(
    'audit',
    'Audit trail',
    html`<ol class="audit">
      ${entries.map((entry) => {
        const number = acts.indexOf(entry) + 1;
        return html`<li>
          <time datetime="${iso(entry.at)}" title="${utc(entry.at)}">${clock(entry.at)}</time>
          <span class="dim">+${formatDuration(entry.at - from)}</span>
          ${number === 0 ? entry.actor : html`<strong>${number} · ${entry.actor}</strong>`}: ${entry.what}
        </li>`;
      })}
    </ol>`,
  );
}

function section(id: string, title: string, content: Content): Html {
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}

function scroll(name: string, content: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">${content}</div>`;
}

function table(header: readonly string[], rows: readonly (readonly Content[])[]): Html {
  return scroll(
    header.filter((name) => name !== '').join(', '),
    html`<table>
      <thead>
        <tr>
          ${header.map((name) => (name === '' ? html`<td></td>` : html`<th scope="col">${name}</th>`))}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

/** `02:14:05Z`; the day stands in the head of the report. */
function clock(time: number): string {
  return utc(time).slice(11);
}

function names(slugs: readonly string[]): string {
  const shown = slugs.slice(0, 12).join(', ');
  return slugs.length > 12 ? `${shown} and ${slugs.length - 12} more` : shown;
}
