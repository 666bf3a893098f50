const FULL = /^[0-9a-f]{40}$/i;
const HEX = /^[0-9a-f]{7,40}$/i;

/** Whether the text is a full SHA: 40 hex digits. */
export function isFullSha(text: string): boolean {
  return FULL.test(text);
}

/**
 * Whether two SHAs name the same commit: compared as hex in any case, a short one of 7 digits or more as a prefix
 * (contracts: tenants). What is shorter, or no hex (`dev`), matches nothing.
 */
export function sameSha(a: string, b: string): boolean {
  if (!isSha(a) || !isSha(b)) return false;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return long.toLowerCase().startsWith(short.toLowerCase());
}

/** Whether the text is a SHA or the start of one that names a commit: 7 to 40 hex digits, any case. */
export function isSha(text: string): boolean {
  return HEX.test(text);
}
