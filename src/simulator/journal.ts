import type { Place } from './faults/schema.ts';

/** One call that reached the simulator. Tokens are never in it. */
export interface JournalEntry {
  /** Rises by one per call. */
  readonly seq: number;
  /** Arrival, ms since the epoch. */
  readonly at: number;
  readonly where: Place;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly userAgent?: string;
  /** Whether the caller sent an `Authorization` header at all. */
  readonly authorizationSent: boolean;
  /** Whether it was the right one for this place; true where none is asked for. */
  authorizationOk: boolean;
  /** When the connection was done with this call, ms since the epoch. */
  endAt?: number;
  /** The status that was sent; absent while it runs and when none was. */
  status?: number;
  /** Whether anything changed because of it. */
  effect: boolean;
  /** The kind of the fault that decided its answer, or of the first that touched it. */
  fault?: string;
  /** Control plane: `only_slugs`, as sent. Tenants: the one slug. */
  slugs?: readonly string[];
  targetTag?: string;
  dryRun?: boolean;
  /** `X-Deploy-Epoch`. */
  epoch?: number;
  idempotencyKey?: string;
  /** The JSON body as received (control plane, posted statuses, hooks). */
  body?: unknown;
  /** Hooks only: the body as received, to check a signature against. */
  rawBody?: string;
  /** Hooks only: the headers as received, without `authorization`. */
  headers?: Readonly<Record<string, string>>;
  /** The tenants this call changed, in order of the change. */
  touched?: string[];
}

/** Fields to compare with; a function decides for itself. */
export type JournalFilter = Partial<JournalEntry> | ((entry: JournalEntry) => boolean);

interface Waiter {
  readonly matches: (entry: JournalEntry) => boolean;
  readonly done: (entry: JournalEntry) => void;
}

/**
 * Every call in order of arrival. An array, with helpers; bounded: the oldest tenth goes when it is full,
 * and `dropped` counts them.
 */
export class Journal extends Array<JournalEntry> {
  // `filter` and friends give plain arrays.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  /** Entries that had to go. */
  dropped = 0;
  /** Reads of tenants, also those that are only counted. */
  tenantReads = 0;
  readonly #limit: number;
  readonly #waiters = new Set<Waiter>();
  #seq = 0;

  /** `limit`: the most entries to keep. */
  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  /** The calls at a place (`forge` for all of the forge's) that fit. */
  calls(where?: Place | 'forge', filter: JournalFilter = {}): JournalEntry[] {
    const matches = matcher(where, filter);
    return this.filter(matches);
  }

  /** The first call that fits, past or still to come; rejects after `timeoutMs` (default 10 s), naming what did not come. */
  until(where: Place | 'forge', filter: JournalFilter = {}, timeoutMs = 10_000): Promise<JournalEntry> {
    const matches = matcher(where, filter);
    const past = this.find(matches);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        matches,
        done: (entry) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(entry);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const wanted = typeof filter === 'function' ? 'a call that fits the filter' : JSON.stringify(filter);
        reject(new Error(`No call of ${where} with ${wanted} reached the simulator in ${timeoutMs} ms.`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** Forgets all entries; the numbering goes on. */
  clear(): void {
    this.length = 0;
    this.dropped = 0;
    this.tenantReads = 0;
  }

  /** Records an arrival. Fields that are known only later are set on the entry; call `noticed` after that. */
  begin(entry: Omit<JournalEntry, 'seq'>): JournalEntry {
    const numbered: JournalEntry = { seq: ++this.#seq, ...entry };
    if (this.length >= this.#limit) {
      const oldest = Math.max(1, Math.floor(this.#limit / 10));
      this.splice(0, oldest);
      this.dropped += oldest;
    }
    this.push(numbered);
    return numbered;
  }

  /** Tells those who wait in `until` about an entry that is complete enough to be compared. */
  noticed(entry: JournalEntry): void {
    for (const waiter of this.#waiters) if (waiter.matches(entry)) waiter.done(entry);
  }
}

function matcher(
  where: Place | 'forge' | undefined,
  filter: JournalFilter,
): (entry: JournalEntry) => boolean {
  const fits = typeof filter === 'function' ? filter : fieldsEqual(filter);
  return (entry) =>
    (where === undefined ||
      entry.where === where ||
      (where === 'forge' && entry.where.startsWith('forge.'))) &&
    fits(entry);
}

function fieldsEqual(wanted: Partial<JournalEntry>): (entry: JournalEntry) => boolean {
  const fields = Object.entries(wanted) as [keyof JournalEntry, unknown][];
  return (entry) =>
    fields.every(([name, value]) => {
      const is = entry[name];
      return is === value || (typeof value === 'object' && JSON.stringify(is) === JSON.stringify(value));
    });
}
