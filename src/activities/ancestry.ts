import { ForgeError, type Forge } from '../forge/index.ts';
import { sameSha } from '../rollout/sha.ts';
import { ancestryOf, type Ancestry } from '../rollout/supersession.ts';

/**
 * How `other` stands to `sha` by the forge's history. What cannot be read is `unknown`, and supersedes nothing
 * (design: superseded). Answers are remembered for the length of one activity.
 */
export class History {
  readonly #forge: Forge;
  readonly #sha: string;
  readonly #known = new Map<string, Promise<Ancestry>>();

  constructor(forge: Forge, sha: string) {
    this.#forge = forge;
    this.#sha = sha;
  }

  ancestry(other: string): Promise<Ancestry> {
    const key = other.toLowerCase();
    const known = this.#known.get(key) ?? this.#read(key);
    this.#known.set(key, known);
    return known;
  }

  /** The first of the given SHAs that descends from this one; at most `most` are looked at. */
  async firstDescendant(others: Iterable<string>, most = 20): Promise<string | undefined> {
    for (const other of [...new Set(others)].slice(0, most))
      if ((await this.ancestry(other)) === 'descendant') return other;
    return undefined;
  }

  async #read(other: string): Promise<Ancestry> {
    if (sameSha(other, this.#sha)) return 'same';
    try {
      const ahead = await this.#forge.commitsAhead(this.#sha, other);
      if (ahead === 'unknown-commit') return 'unknown';
      if (ahead === 0) return 'ancestor';
      const behind = await this.#forge.commitsAhead(other, this.#sha);
      return behind === 'unknown-commit' ? 'unknown' : ancestryOf(ahead, behind);
    } catch (error) {
      if (error instanceof ForgeError) return 'unknown';
      throw error;
    }
  }
}
