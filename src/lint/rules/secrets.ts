import type { Label } from '../shell/value.ts';

/** The secrets among labels as a message names them: `secrets.A, secrets.B`; empty when there is none. */
export function secretNames(labels: ReadonlySet<Label>): string {
  return [...labels]
    .filter((label) => label.startsWith('secret:'))
    .map((label) => `\`secrets.${label.slice('secret:'.length)}\``)
    .sort()
    .join(', ');
}
