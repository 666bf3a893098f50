import type { Outcome } from '../rollout/outcome.ts';
import { html, type Html } from './html.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'calm';

/** How an outcome is shown: a tone for the eye, a mark and a word for everybody. */
export const OUTCOME_LOOKS: Readonly<Record<Outcome, readonly [Tone, mark: string, word: string]>> = {
  deployed: ['good', '✔', 'deployed'],
  superseded: ['calm', '»', 'superseded'],
  disabled: ['warn', '‖', 'disabled'],
  dry_run: ['calm', '○', 'dry run'],
  halted: ['bad', '■', 'halted'],
  rolled_back: ['warn', '↩', 'rolled back'],
  failed: ['bad', '✖', 'failed'],
};

export function outcomeChip(outcome: Outcome): Html {
  const [tone, mark, word] = OUTCOME_LOOKS[outcome];
  return html`<span class="chip ${tone}"><span aria-hidden="true">${mark} </span>${word}</span>`;
}
