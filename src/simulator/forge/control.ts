import type { CheckRun } from './check-runs.ts';
import type { CommitRequest } from './git.ts';
import type { PullRequest, PullStore, Runner } from './pulls.ts';
import type { StatusDetails, StatusRow } from './statuses.ts';
import type { ForgeStore } from './store.ts';
import type { VariableScope } from './variables.ts';

/** What a test does to the forge, while Greenlane reads it over HTTP. */
export class ForgeControl {
  /** For `forge: { kind: gitea, url }`; the API is below `/api/v1`. */
  readonly url: string;
  /** For `forge: { kind: github, url }`: the same data in GitHub's shape. */
  readonly githubUrl: string;
  readonly repo: string;
  readonly branch: string;
  readonly #store: ForgeStore;

  constructor(store: ForgeStore, url: string) {
    this.#store = store;
    this.url = url;
    this.githubUrl = store.githubUrl;
    this.repo = `${store.owner}/${store.name}`;
    this.branch = store.git.mainBranch;
  }

  /** Adds a commit (default: on the head) without moving a branch; gives its SHA. Throws for an unknown parent. */
  commit(request: CommitRequest = {}): string {
    return this.#store.git.commit(request);
  }

  /** Moves the branch to a commit (default: a new one on the head); gives its SHA. Throws for an unknown commit. */
  push(sha?: string, branch?: string): string {
    return this.#store.git.push(sha ?? this.commit(), branch);
  }

  /** The head of the branch. */
  head(): string {
    return this.#store.git.head();
  }

  /** Adds a status row; a context's current row is its newest. Throws for an unknown commit. */
  setStatus(sha: string, context: string, state: string, details: string | StatusDetails = {}): StatusRow {
    const more = typeof details === 'string' ? { description: details } : details;
    return this.#store.statuses.add(this.#known(sha), context, state, more);
  }

  /** Adds a check run (GitHub's flavour only). Throws for an unknown commit. */
  setCheckRun(sha: string, name: string, status: string, conclusion: string | null = null): CheckRun {
    return this.#store.checkRuns.add(this.#known(sha), name, status, conclusion);
  }

  /** Makes all contexts `success` at once. */
  setGreen(sha: string, contexts: readonly string[]): void {
    for (const context of contexts) this.setStatus(sha, context, 'success');
  }

  /** Sets an Actions variable; `undefined` takes it away. */
  setVariable(scope: VariableScope, name: string, value: string | undefined): void {
    this.#store.variables.set(scope, name, value);
  }

  /** The rows that were posted over HTTP, oldest first. */
  statusesPosted(sha: string): readonly StatusRow[] {
    return this.#store.statuses.posted(this.#known(sha));
  }

  /** Sets (or changes) a pull request. */
  setPull(number: number, pull: Partial<Omit<PullRequest, 'number'>>): PullRequest {
    return this.#store.pulls.set(number, pull);
  }

  /** Sets who belongs to a team of the organisation. */
  setTeam(name: string, members: readonly string[]): void {
    this.#store.pulls.setTeam(name, members);
  }

  /** Sets the registered runners. */
  setRunners(runners: readonly Runner[]): void {
    const pulls: PullStore = this.#store.pulls;
    pulls.runners = runners;
  }

  #known(sha: string): string {
    const full = this.#store.git.resolve(sha);
    if (full === undefined) throw new Error(`Simulated forge: unknown commit ${sha}.`);
    return full;
  }
}
