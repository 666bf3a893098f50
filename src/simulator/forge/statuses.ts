/** A row of the commit status list, as it was posted. */
export interface StatusRow {
  /** Rises by one per row, over all commits. */
  readonly id: number;
  readonly sha: string;
  readonly status: string;
  readonly context: string;
  readonly description: string;
  readonly targetUrl: string;
  readonly creator: string;
  /** ms since the epoch; answers show whole seconds. */
  readonly at: number;
  /** Whether it came over HTTP rather than from the test. */
  readonly posted: boolean;
}

/** What may be said of a row beside its context and state. */
export interface StatusDetails {
  readonly description?: string;
  readonly targetUrl?: string;
  readonly creator?: string;
  /** ms since the epoch; default now. */
  readonly at?: number;
  readonly posted?: boolean;
}

/** The orders of Gitea's `sort`; by index the names are swapped, as on the real one. */
export type StatusOrder = 'newest-second' | 'oldest-second' | 'oldest-index' | 'newest-index';

/** Every status row of one forge, per commit in order of arrival. */
export class StatusStore {
  readonly #rows = new Map<string, StatusRow[]>();
  readonly #disguised: boolean;
  #lastId = 0;

  /** `disguised`: skipped is stored as `success` and cancelled as `failure` with a description (up to Gitea 1.24). */
  constructor(disguised: boolean) {
    this.#disguised = disguised;
  }

  /** Adds a row; the current state of a context is the row with the highest id. */
  add(sha: string, context: string, state: string, details: StatusDetails = {}): StatusRow {
    const shown = this.#disguised ? disguise(state) : { status: state, description: '' };
    const row: StatusRow = {
      id: ++this.#lastId,
      sha,
      status: shown.status,
      context,
      description: details.description ?? shown.description,
      targetUrl: details.targetUrl ?? '',
      creator: details.creator ?? 'op',
      at: details.at ?? Date.now(),
      posted: details.posted ?? false,
    };
    const rows = this.#rows.get(sha);
    if (rows === undefined) this.#rows.set(sha, [row]);
    else rows.push(row);
    return row;
  }

  /** All rows of a commit in an order. Orders by time go by the second and leave the rest to chance, here: arrival. */
  rows(sha: string, order: StatusOrder): readonly StatusRow[] {
    const rows = this.#rows.get(sha) ?? [];
    const second = (row: StatusRow): number => Math.floor(row.at / 1000);
    switch (order) {
      case 'oldest-index':
        return rows;
      case 'newest-index':
        return rows.toReversed();
      case 'oldest-second':
        return rows.toSorted((a, b) => second(a) - second(b));
      case 'newest-second':
        return rows.toSorted((a, b) => second(b) - second(a));
    }
  }

  /** The newest row of each context, the newest of all first. */
  latest(sha: string): StatusRow[] {
    const byContext = new Map<string, StatusRow>();
    for (const row of this.#rows.get(sha) ?? []) byContext.set(row.context, row);
    return [...byContext.values()].sort((a, b) => b.id - a.id);
  }

  /** The rows that came over HTTP. */
  posted(sha: string): readonly StatusRow[] {
    return (this.#rows.get(sha) ?? []).filter((row) => row.posted);
  }
}

function disguise(state: string): { status: string; description: string } {
  if (state === 'skipped') return { status: 'success', description: 'Has been skipped' };
  if (state === 'cancelled') return { status: 'failure', description: 'Has been cancelled' };
  return { status: state, description: '' };
}
