import { html, type Html } from '../page/html.ts';
import type { BoardState } from './feed.ts';
import { sectionsOf } from './sections.ts';

/** The board's own rules, beside the common ones. */
export const BOARD_STYLE = `
main{max-width:1600px}
h1{font-size:clamp(1.6rem,3.2vw,2.8rem)}
progress{width:100%;height:1.4rem;accent-color:var(--good)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:.75rem}
.tiles .panel{margin:0}.value{font-size:1.8rem;font-weight:600;margin:0}.small{font-size:.85rem}
section:empty{display:none}
`;

/** The whole page as it is at `now`: complete without its script, which only keeps it fresh. */
export function boardPage(state: BoardState, now: number): Html {
  const part = sectionsOf(state, now);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${state.fleet} · Greenlane board</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="board.css" />
        <noscript><meta http-equiv="refresh" content="10" /></noscript>
        <script src="board.js" defer></script>
      </head>
      <body>
        <main data-now="${now}">
          <div id="lost" class="panel bad" hidden>
            <strong>The board’s server does not answer.</strong> Nothing on this page is newer than
            <span></span> ago.
          </div>
          <div id="trouble" aria-live="polite">${part.trouble}</div>
          <h1 id="headline" aria-live="polite">${part.headline}</h1>
          <section id="now" aria-label="the deploy that holds the fleet">${part.now}</section>
          <section id="holds" aria-label="holds">${part.holds}</section>
          <h2>Waiting</h2>
          <section id="queue" aria-label="waiting deploys">${part.queue}</section>
          <h2>Last releases</h2>
          <section id="releases" aria-label="last releases and how they ended">${part.releases}</section>
          <h2>DORA measures</h2>
          <section id="dora" aria-label="DORA measures">${part.dora}</section>
        </main>
      </body>
    </html>`;
}
