import { ForgeError, type Forge } from '../forge/index.ts';
import { sameSha } from '../rollout/sha.ts';
import { ancestryOf, type Ancestry } from '../rollout/supersession.ts';

/** Pauses before a comparison that failed is asked for again, ms: a forge that comes and goes is back by then. */
const PAUSES_MS = [500, 2_000];

/**
 * How `other` stands to `sha` by the forge's history. What cannot be read is `unknown`, and supersedes nothing
 * (design: superseded). Answers are remembered for the length of one activity.
 */
export class History {
  readonly #forge: Forge;
  readonly #sha: string;
  readonly #branch: string;
  readonly #known = new Map<string, Promise<Ancestry>>();
  #head: Promise<string | undefined> | undefined;
  #patient = true;

  constructor(forge: Forge, { sha, branch }: { readonly sha: string; readonly branch: string }) {
    this.#forge = forge;
    this.#sha = sha;
    this.#branch = branch;
  }

  ancestry(other: string): Promise<Ancestry> {
    const key = other.toLowerCase();
    const known = this.#known.get(key) ?? this.#read(key);
    this.#known.set(key, known);
    return known;
  }

  /**
   * Whether a tenant on `running` is ahead of the release: on a descendant, or, when that cannot be told, on the
   * branch's head, since only commits of the branch are deployed (I-01, I-02). Unreadable: not ahead.
   */
  async isAhead(running: string): Promise<boolean> {
    const ancestry = await this.ancestry(running);
    if (ancestry !== 'unknown') return ancestry === 'descendant';
    this.#head ??= this.#readHead();
    const head = await this.#head;
    return head !== undefined && sameSha(head, running) && !sameSha(head, this.#sha);
  }

  /** The first of the SHAs that tenants run which is ahead of the release. */
  async firstAhead(running: Iterable<string>): Promise<string | undefined> {
    for (const sha of new Set(running)) if (await this.isAhead(sha)) return sha;
    return undefined;
  }

  async #read(other: string): Promise<Ancestry> {
    if (sameSha(other, this.#sha)) return 'same';
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#compare(other);
      } catch (error) {
        if (!(error instanceof ForgeError)) throw error;
        const pause = error.retryable && this.#patient ? PAUSES_MS[attempt] : undefined;
        if (pause === undefined) {
          // A forge that is down is waited for once, not once for every SHA.
          this.#patient = false;
          return 'unknown';
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  async #compare(other: string): Promise<Ancestry> {
    const ahead = await this.#forge.commitsAhead(this.#sha, other);
    if (ahead === 'unknown-commit') return 'unknown';
    if (ahead === 0) return 'ancestor';
    const behind = await this.#forge.commitsAhead(other, this.#sha);
    return behind === 'unknown-commit' ? 'unknown' : ancestryOf(ahead, behind);
  }

  async #readHead(): Promise<string | undefined> {
    try {
      return await this.#forge.branchHead(this.#branch);
    } catch (error) {
      if (error instanceof ForgeError) return undefined;
      throw error;
    }
  }
}
