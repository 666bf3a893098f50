import { inspect } from 'node:util';
import { base64Cores, shortestSecret, spellings } from './spellings.ts';

const shown = '[secret]';
const redacted = '***';

/**
 * The secret values of this process. They are private fields, so that neither `console.log`, `util.inspect`,
 * `JSON.stringify` nor a template literal shows one (I-23); {@link scrub} is the only reader.
 */
export class Secrets {
  readonly #values = new Set<string>();
  #plain: RegExp | undefined;
  #base64: readonly string[] = [];

  /** Missing values are left out, and those under 4 characters: they are words, not secrets. */
  constructor(values: Iterable<string | undefined> = []) {
    this.add(...values);
  }

  /** Adds values; one of several lines is also recognised line by line. */
  add(...values: readonly (string | undefined)[]): void {
    for (const value of values) {
      if (value === undefined) continue;
      for (const part of [value, value.trim(), ...value.split(/\r?\n/)]) {
        if (part.trim().length >= shortestSecret) this.#values.add(part);
      }
    }
    // The longest first: a secret that begins with another one must not leave its end behind.
    const longestFirst = [...this.#values].sort((a, b) => b.length - a.length);
    this.#plain =
      longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(spellings).join('|'), 'giu');
    this.#base64 = [...new Set(longestFirst.flatMap(base64Cores))];
  }

  /** Replaces what {@link scrub} documents. */
  scrub(text: string): string {
    if (this.#plain === undefined) return text;
    let clean = text;
    // Taking one out may bring the ends of another together; each pass makes the text shorter, so it ends.
    for (let before; before !== clean;) {
      before = clean;
      clean = clean.replace(this.#plain, redacted);
      for (const core of this.#base64) clean = replaceRun(clean, core);
    }
    return clean;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/**
 * Replaces every occurrence of a secret by `***`, however it is written: as it is, URL-encoded, JSON-escaped,
 * as HTML, as hex, as base64 or base64url, also where it was encoded together with other text.
 */
export function scrub(text: string, secrets: Secrets): string {
  return secrets.scrub(text);
}

/** Replaces the whole run of base64 characters around `core`: its ends hold bits of the secret too. */
function replaceRun(text: string, core: string): string {
  let clean = text;
  for (let at = clean.indexOf(core); at !== -1; at = clean.indexOf(core)) {
    let from = at;
    let to = at + core.length;
    while (from > 0 && isBase64(clean[from - 1])) from -= 1;
    while (to < clean.length && isBase64(clean[to])) to += 1;
    clean = clean.slice(0, from) + redacted + clean.slice(to).replace(/^={1,2}/, '');
  }
  return clean;
}

function isBase64(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9+/_-]/.test(character);
}
