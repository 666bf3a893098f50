import type { GateRow } from '../rollout/gates.ts';
import type { VariableReading } from '../rollout/kill-switch.ts';

/** One status row of a commit, its state normalised over forges. */
export interface StatusRow extends GateRow {
  /** When it was posted, as the forge writes it; never used to tell which row is current. */
  readonly at?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Budget of each request in ms; default 30 s. */
  readonly timeoutMs?: number | undefined;
}

/** A status to post to a commit. */
export interface NewStatus {
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  /** Cut to 140 characters, the least that every forge takes. */
  readonly description: string;
  readonly targetUrl?: string;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly headSha: string;
  readonly baseBranch: string;
  readonly state: string;
}

export interface Review {
  readonly id: number;
  readonly user: string;
  readonly state: 'approved' | 'changes-requested' | 'commented' | 'pending' | 'unknown';
  readonly body: string;
  /** The commit it looked at; undefined where the forge does not say. */
  readonly commitId?: string;
  readonly dismissed: boolean;
  /** The forge itself says the head has moved since. GitHub never says so: compare `commitId`. */
  readonly stale: boolean;
  readonly at?: string;
}

/** Something said on a pull request: on the conversation, or at a line of a file. */
export interface Remark {
  readonly user: string;
  readonly body: string;
  readonly path?: string;
  readonly resolved: boolean;
}

/** What `variable` can say; `no-token` is not its to say: it throws `MissingTokenError` then. */
export type Variable = Exclude<VariableReading, { state: 'no-token' }>;

/**
 * A forge, as far as Greenlane needs one. Every call throws `ForgeError` when the forge does not say, and
 * `MissingTokenError` when the token for it is not configured; an aborted one throws `HttpFailure`.
 */
export interface Forge {
  /**
   * The status rows of a commit, each page to the empty one (I-04). The current row of a context is the one
   * with the highest id (I-05), wherever it stands.
   */
  statuses(sha: string, options?: CallOptions): Promise<StatusRow[]>;
  /** SHA of a branch's head. */
  branchHead(branch: string, options?: CallOptions): Promise<string>;
  /**
   * Full SHA of the one commit that 7 digits or more are the start of; `unknown-commit` when there is none, more than
   * one, or a branch of that name in front of it.
   */
  fullSha(short: string, options?: CallOptions): Promise<string | 'unknown-commit'>;
  /** How many commits `head` has that `base` has not; `unknown-commit` when the forge lacks one of them. */
  commitsAhead(base: string, head: string, options?: CallOptions): Promise<number | 'unknown-commit'>;
  /** An Actions variable: the repository's, else the organisation's (I-07). */
  variable(name: string, options?: CallOptions): Promise<Variable>;
  /** Posts a status to a commit. */
  postStatus(sha: string, status: NewStatus, options?: CallOptions): Promise<void>;
  /**
   * Whether the read token's owner may write to the repository, which posting a status needs; `unknown` where the
   * forge does not say. Asks, never posts.
   */
  mayPost(options?: CallOptions): Promise<boolean | 'unknown'>;
  pullRequest(number: number, options?: CallOptions): Promise<PullRequest>;
  /** Reviews of a pull request, oldest first. */
  reviews(number: number, options?: CallOptions): Promise<Review[]>;
  /** Remarks on the conversation and at lines. */
  remarks(number: number, options?: CallOptions): Promise<Remark[]>;
  /** Paths a pull request touches; of a renamed file the old one too. */
  changedFiles(number: number, options?: CallOptions): Promise<string[]>;
  /** Logins of the members of a team of the organisation. */
  teamMembers(team: string, options?: CallOptions): Promise<string[]>;
  /** Labels of the online runners; `unknown` where the forge or the token's rights do not show them. */
  runnerLabels(options?: CallOptions): Promise<string[] | 'unknown'>;
}
