/**
 * How much the tests that try at random do: little in `npm test`, much with `GREENLANE_NIGHTLY=1`. All such counts
 * stand here.
 */
const COUNTS = {
  /** Lives of the lock on a real server; four at once count as one. */
  'lock lives': { test: 1, nightly: 40 },
  /** Commands in a life, at most. */
  'lock commands': { test: 14, nightly: 40 },
  /** Walks through the lock's transitions, about fifty commands each. */
  'lock walks': { test: 200, nightly: 10_000 },
  /** Requests through one lock's life. */
  'lock requests': { test: 60, nightly: 10_000 },
  /** Mutated inputs of each parser at the edge. */
  'fuzz cases': { test: 200, nightly: 10_000 },
  /** Mutated signals to a deploy and the lock of a real server. */
  'fuzz signals': { test: 150, nightly: 10_000 },
  /** Command lines that a process of its own is given as well. */
  'fuzz processes': { test: 3, nightly: 200 },
} as const;

export const isNightly = process.env['GREENLANE_NIGHTLY'] === '1';

export function countOf(what: keyof typeof COUNTS): number {
  return COUNTS[what][isNightly ? 'nightly' : 'test'];
}

/**
 * Seed of what is tried at random in this process: `GREENLANE_SEED`, else another one each time. It is printed with
 * the command that does the same again.
 * @throws Error when `GREENLANE_SEED` is no whole number.
 */
export function seedFor(file: string): number {
  const given = process.env['GREENLANE_SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isInteger(seed)) throw new Error(`GREENLANE_SEED: expected a whole number, got ${given}`);
  const nightly = isNightly ? 'GREENLANE_NIGHTLY=1 ' : '';
  console.log(`again: ${nightly}GREENLANE_SEED=${seed} npm test -- ${file}`);
  return seed;
}
