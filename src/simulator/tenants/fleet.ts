/** One simulated tenant. */
export interface Tenant {
  readonly slug: string;
  /** What runs, or `dev` for a build without a SHA. */
  sha: string;
  /** What it still answers with until `settledAt`. */
  formerSha: string;
  /** ms since the epoch. */
  settledAt: number;
  healthy: boolean;
  /** How often `/buildinfo` was read. */
  reads: number;
}

/** A tenant that changed what it runs. */
export interface Move {
  /** ms since the epoch. */
  readonly at: number;
  readonly slug: string;
  readonly from: string;
  readonly to: string;
  /** Number of the journal entry that moved it; absent when it was not a call. */
  readonly seq?: number;
}

/** The most moves that are remembered: enough for two full rollouts of 100,000 tenants. */
const movesLimit = 250_000;

/** The tenants of one fleet, in the order the control plane enumerates them. */
export class Fleet {
  readonly #tenants = new Map<string, Tenant>();
  /** Every change of what a tenant runs, oldest first; the first 250,000. */
  readonly moves: Move[] = [];
  /** Reads of `/buildinfo` that are being answered, and the most there ever were at once. */
  reading = 0;
  mostReading = 0;

  constructor(slugs: readonly string[], sha: string) {
    for (const slug of slugs) this.add(slug, sha);
  }

  /** Adds a tenant at the end; one that is there already starts over with this SHA. */
  add(slug: string, sha: string): void {
    this.#tenants.set(slug, { slug, sha, formerSha: sha, settledAt: 0, healthy: true, reads: 0 });
  }

  /** Tears a tenant down: not enumerated any more, and nobody answers for it. */
  remove(slug: string): boolean {
    return this.#tenants.delete(slug);
  }

  get(slug: string): Tenant | undefined {
    return this.#tenants.get(slug);
  }

  has(slug: string): boolean {
    return this.#tenants.has(slug);
  }

  get size(): number {
    return this.#tenants.size;
  }

  slugs(): string[] {
    return [...this.#tenants.keys()];
  }

  all(): IterableIterator<Tenant> {
    return this.#tenants.values();
  }

  /** Swaps a tenant to a SHA; for `settleMs` it still answers with the one before. */
  move(slug: string, sha: string, settleMs: number, seq?: number): void {
    const tenant = this.#tenants.get(slug);
    if (tenant === undefined) return;
    const now = Date.now();
    const from = tenant.sha;
    tenant.formerSha = from;
    tenant.sha = sha;
    tenant.settledAt = settleMs > 0 ? now + settleMs : 0;
    if (this.moves.length < movesLimit) {
      this.moves.push({ at: now, slug, from, to: sha, ...(seq === undefined ? {} : { seq }) });
    }
  }

  /** How many tenants run each SHA, by what they run and not by what they still answer. */
  census(): Record<string, number> {
    const counts = new Map<string, number>();
    for (const { sha } of this.#tenants.values()) counts.set(sha, (counts.get(sha) ?? 0) + 1);
    return Object.fromEntries(counts);
  }

  /** What each tenant runs. */
  running(): Record<string, string> {
    return Object.fromEntries([...this.#tenants.values()].map(({ slug, sha }) => [slug, sha]));
  }
}
