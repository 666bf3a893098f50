/** A check run of GitHub's flavour. */
export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  /** `queued`, `in_progress`, `completed`, … */
  readonly status: string;
  /** `success`, `failure`, `skipped`, … ; null until it is completed. */
  readonly conclusion: string | null;
  /** ms since the epoch. */
  readonly at: number;
}

/** Check runs per commit; each call adds a run, so that a re-run is a second one of the same name. */
export class CheckRunStore {
  readonly #runs = new Map<string, CheckRun[]>();
  #lastId = 0;

  add(sha: string, name: string, status: string, conclusion: string | null = null): CheckRun {
    const run = { id: ++this.#lastId, sha, name, status, conclusion, at: Date.now() };
    const runs = this.#runs.get(sha);
    if (runs === undefined) this.#runs.set(sha, [run]);
    else runs.push(run);
    return run;
  }

  /** Newest first; `latest` keeps the newest of each name. */
  list(sha: string, filter: 'latest' | 'all'): readonly CheckRun[] {
    const newestFirst = (this.#runs.get(sha) ?? []).toReversed();
    if (filter === 'all') return newestFirst;
    const names = new Set<string>();
    return newestFirst.filter((run) => !names.has(run.name) && names.add(run.name));
  }
}
