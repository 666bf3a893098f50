import type { ProductionSettings } from './settings.ts';
import type { Value } from './shell/value.ts';

/** Whether a request goes to a control plane, production's or another: by address, by variable, by token. */
export function isControlPlaneRequest(words: readonly Value[], production: ProductionSettings): boolean {
  return words.some((word) => mentionsControlPlane(word, production));
}

function mentionsControlPlane(word: Value, production: ProductionSettings): boolean {
  if (production.endpoints.some((endpoint) => word.text.includes(endpoint))) return true;
  if (production.controlPlaneUrls.some((url) => hasOrigin(word.text, url))) return true;
  const names = [...production.urlVariables, ...production.secrets];
  return [...word.names].some(
    (name) => names.includes(name) || /(^|_)CP(_ADMIN)?_(URL|API_TOKEN)$/.test(name),
  );
}

/** Whether a text holds a URL of this origin: the origin itself, not one that begins like it. */
export function hasOrigin(text: string, url: string): boolean {
  const origin = url.replace(/\/+$/, '').toLowerCase();
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(origin); at !== -1; at = lower.indexOf(origin, at + 1)) {
    const after = lower[at + origin.length];
    if (after === undefined || /[/?#"'\s\uFFFC]/.test(after)) return true;
  }
  return false;
}
