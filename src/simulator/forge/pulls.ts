/** A review of a pull request. */
export interface Review {
  readonly user: string;
  /** `APPROVED`, `REQUEST_CHANGES`, `COMMENT`, `PENDING`. */
  readonly state: string;
  readonly body?: string;
  /** The head it looked at; default the pull request's. */
  readonly commitId?: string;
  readonly stale?: boolean;
  readonly dismissed?: boolean;
  /** ms since the epoch; default now. */
  readonly submittedAt?: number;
}

/** A remark of a review at a line. */
export interface ReviewComment {
  readonly user: string;
  readonly body: string;
  readonly path: string;
  readonly resolvedBy?: string;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly headSha: string;
  readonly baseBranch: string;
  readonly files: readonly string[];
  readonly reviews: readonly Review[];
  /** Remarks on the conversation. */
  readonly comments: readonly { readonly user: string; readonly body: string }[];
  /** Remarks at lines, in one review. */
  readonly reviewComments: readonly ReviewComment[];
}

/** A registered runner, as the runner list shows it. */
export interface Runner {
  readonly name: string;
  readonly labels: readonly string[];
  /** `online`, `offline`, `idle`, `active`; default `online`. */
  readonly status?: string;
}

/** Pull requests, the teams that review them, and the runners that build them. */
export class PullStore {
  readonly #pulls = new Map<number, PullRequest>();
  readonly #teams = new Map<string, readonly string[]>();
  runners: readonly Runner[] = [];

  /** Sets a pull request; what is left out is empty, or stays as it was when the number is known. */
  set(number: number, pull: Partial<Omit<PullRequest, 'number'>>): PullRequest {
    const blank = { title: '', body: '', author: 'op', headSha: '', baseBranch: 'main' };
    const lists = { files: [], reviews: [], comments: [], reviewComments: [] };
    const whole = { ...blank, ...lists, ...this.#pulls.get(number), ...pull, number };
    this.#pulls.set(number, whole);
    return whole;
  }

  get(number: number): PullRequest | undefined {
    return this.#pulls.get(number);
  }

  /** Sets who belongs to a team of the organisation. */
  setTeam(name: string, members: readonly string[]): void {
    this.#teams.set(name, members);
  }

  /** Teams with their members; a team's id is its place in the list, from 1. */
  teams(): { id: number; name: string; members: readonly string[] }[] {
    return [...this.#teams].map(([name, members], index) => ({ id: index + 1, name, members }));
  }
}
