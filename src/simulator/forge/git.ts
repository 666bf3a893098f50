import { seededSha } from '../random.ts';

export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** What a test may say of a new commit. */
export interface CommitRequest {
  /** Default: the head of the branch. An array makes a merge; an empty one a root of its own. */
  readonly parent?: string | readonly string[];
  /** Default: the next one of the seed. */
  readonly sha?: string;
  readonly message?: string;
}

/** Commits and branches of one repository. */
export class GitModel {
  readonly #commits = new Map<string, Commit>();
  readonly #branches = new Map<string, string>();
  readonly #seed: number;
  readonly mainBranch: string;
  #created = 0;

  constructor(seed: number, branch: string, initialSha?: string) {
    this.#seed = seed;
    this.mainBranch = branch;
    const root = this.commit({
      parent: [],
      message: 'Initial commit',
      ...(initialSha === undefined ? {} : { sha: initialSha }),
    });
    this.#branches.set(branch, root);
  }

  /** Adds a commit; no branch moves. Throws for an unknown parent, a SHA that is none, or one that is taken. */
  commit(request: CommitRequest = {}): string {
    const sha = (request.sha ?? seededSha(this.#seed, this.#created)).toLowerCase();
    if (!/^[0-9a-f]{40}$/.test(sha)) throw new Error(`a commit needs a SHA of 40 hex digits, not ${sha}`);
    if (this.#commits.has(sha)) throw new Error(`the commit ${sha} exists already`);
    const parents = request.parent === undefined ? [this.head()] : [request.parent].flat();
    const known = parents.map((parent) => this.resolve(parent) ?? fail(`unknown parent ${parent}`));
    this.#created += 1;
    const message = request.message ?? `Change ${this.#created - 1}`;
    this.#commits.set(sha, { sha, parents: known, message, at: Date.now() });
    return sha;
  }

  /** Moves a branch (default: the main one) to a commit, creating it if need be. Throws for an unknown commit. */
  push(sha: string, branch = this.mainBranch): string {
    const known = this.resolve(sha) ?? fail(`unknown commit ${sha}`);
    this.#branches.set(branch, known);
    return known;
  }

  deleteBranch(branch: string): void {
    this.#branches.delete(branch);
  }

  /** The head of the main branch; throws when it was deleted. */
  head(): string {
    return this.#branches.get(this.mainBranch) ?? fail(`the branch ${this.mainBranch} was deleted`);
  }

  branch(name: string): string | undefined {
    return this.#branches.get(name);
  }

  get(sha: string): Commit | undefined {
    return this.#commits.get(sha);
  }

  commits(): readonly Commit[] {
    return [...this.#commits.values()];
  }

  /** The full SHA of a branch, a SHA, or the unambiguous start (7 digits or more) of one. */
  resolve(ref: string): string | undefined {
    const branch = this.#branches.get(ref);
    if (branch !== undefined) return branch;
    const wanted = ref.toLowerCase();
    if (this.#commits.has(wanted)) return wanted;
    if (!/^[0-9a-f]{7,39}$/.test(wanted)) return undefined;
    const found = [...this.#commits.keys()].filter((sha) => sha.startsWith(wanted));
    return found.length === 1 ? found[0] : undefined;
  }

  /** The commits that are in `to` and not in `from`, newest first: what compare counts. */
  between(from: string, to: string): Commit[] {
    const excluded = this.#ancestry(from);
    return [...this.#ancestry(to)]
      .filter((sha) => !excluded.has(sha))
      .map((sha) => this.#commits.get(sha) as Commit);
  }

  /** A newest commit that both have. */
  mergeBase(a: string, b: string): string | undefined {
    const ofA = this.#ancestry(a);
    for (const sha of this.#ancestry(b)) if (ofA.has(sha)) return sha;
    return undefined;
  }

  /** The commit itself and all it stands on, nearest first. */
  #ancestry(sha: string): Set<string> {
    const seen = new Set([sha]);
    // A set keeps insertion order and may grow while it is walked: breadth first without a queue.
    for (const current of seen) {
      for (const parent of this.#commits.get(current)?.parents ?? []) seen.add(parent);
    }
    return seen;
  }
}

function fail(problem: string): never {
  throw new Error(`Simulated forge: ${problem}.`);
}
