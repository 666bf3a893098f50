import type { BoardData } from './data.ts';

/** What the board knows: the newest data, and since when there is none newer. */
export interface BoardState {
  readonly fleet: string;
  readonly data?: BoardData;
  /** Why there is no news, and since when (ms since the epoch). */
  readonly trouble?: { readonly why: string; readonly since: number };
}

export interface FeedOptions {
  readonly fleet: string;
  readonly read: (now: number) => Promise<BoardData>;
  /** Puts an error of `read` in words. */
  readonly explain: (error: unknown) => string;
  readonly everyMs: number;
}

/**
 * Looks at the fleet again and again, once for all who watch. Whatever goes wrong, the last data stay, marked with
 * since when they are old; the next look that succeeds takes the mark away.
 */
export class BoardFeed {
  readonly #options: FeedOptions;
  readonly #listeners = new Set<(state: BoardState) => void>();
  #state: BoardState;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#state = { fleet: options.fleet };
  }

  get state(): BoardState {
    return this.#state;
  }

  /** Looks once, and from then on by itself until `close`. */
  async start(): Promise<void> {
    await this.#look();
    this.#again();
  }

  /** Hears every look, whether or not anything changed; gives back how to stop that. */
  subscribe(listener: (state: BoardState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #again(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.#again()), this.#options.everyMs);
  }

  async #look(): Promise<void> {
    const { fleet, read, explain } = this.#options;
    const before = this.#state;
    const now = Date.now();
    try {
      this.#state = { fleet, data: await read(now) };
    } catch (error) {
      const since = before.trouble?.since ?? before.data?.at ?? now;
      this.#state = { ...before, trouble: { why: explain(error), since } };
    }
    for (const listener of this.#listeners) listener(this.#state);
  }
}
