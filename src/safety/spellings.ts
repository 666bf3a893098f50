/** Below this a value is a word, not a secret; replacing it everywhere would only make text unreadable. */
export const shortestSecret = 4;
/** A fragment of base64 shorter than this turns up by chance. */
const shortestBase64 = 8;

/** Backslashes before one character: four levels of JSON in JSON. A limit, so that matching stays linear. */
const deepest = 16;

/**
 * The source of a regular expression (flags `gi`) that finds `secret` however each of its characters is
 * written: as it is, URL-encoded (also several times over), JSON- or shell-escaped, as `\u` escape or as HTML
 * entity, in any mixture; or the whole of it as hex.
 */
export function spellings(secret: string): string {
  const characters = secret.match(/\\+|./gsu) ?? [];
  return `${characters.map(anySpelling).join('')}|${Buffer.from(secret).toString('hex')}`;
}

function anySpelling(character: string): string {
  if (character.startsWith('\\')) {
    // A run of backslashes doubles with every level of escaping; one pattern for the run keeps matching linear.
    return `(?:\\\\{${character.length},${character.length * deepest}}|(?:${encodedSpellings('\\').join('|')}){${character.length}})`;
  }
  const ways = [...encodedSpellings(character), ...(named[character] ?? [])];
  const itself = /\w/.test(character)
    ? character
    : `\\\\{0,${deepest}}${character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}`;
  return `(?:${[itself, ...ways].join('|')})`;
}

function encodedSpellings(character: string): string[] {
  const percent = [...Buffer.from(character)].map((byte) => `%(?:25){0,4}${hex(byte, 2)}`).join('');
  const units = character.split('').map((unit) => `\\\\{1,${deepest}}u${hex(unit.charCodeAt(0), 4)}`);
  const point = character.codePointAt(0) ?? 0;
  return [percent, units.join(''), `&#0{0,6}${point};`, `&#x0{0,6}${point.toString(16)};`];
}

const named: Readonly<Record<string, readonly string[]>> = {
  ' ': ['\\+'],
  '\n': ['\\\\{1,16}n'],
  '\r': ['\\\\{1,16}r'],
  '\t': ['\\\\{1,16}t'],
  '\b': ['\\\\{1,16}b'],
  '\f': ['\\\\{1,16}f'],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;'],
};

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/**
 * The parts of base64 and base64url text that are the same whatever was encoded together with the secret, for
 * each of the three positions it can have in the groups of three bytes: `user:token` does not hide `token`.
 */
export function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const from = offset === 0 ? 0 : offset + 1;
    const core = text.slice(from, Math.floor(((offset + bytes.length) * 8) / 6));
    if (core.length < shortestBase64) return [];
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
