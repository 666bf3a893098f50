import type { DeployKind } from '../../../src/rollout/outcome.ts';

/** What a deploy asks the reference for; `n` is its name. */
export interface Asking {
  readonly n: number;
  readonly readyAt: number;
  readonly urgent: boolean;
  readonly kind: DeployKind;
  readonly tag: string;
}

/**
 * The fleet lock as its rules read, to compare the real one with: who holds, who waits in which order, who was
 * granted. Slow, small, and without anything that can die.
 */
export class ReferenceLock {
  holder: number | undefined;
  /** Grants, in order. */
  readonly granted: number[] = [];
  pin: string | undefined;
  frozen = false;
  /** A freeze window is closed. */
  closed = false;
  #waiting: { readonly asking: Asking; readonly arrival: number }[] = [];
  #arrivals = 0;

  /** The queue: urgent deploys and rollbacks, then the rest, each by the time they were ready, then by arrival. */
  get queue(): number[] {
    return this.#sorted().map(({ n }) => n);
  }

  waits(n: number): boolean {
    return this.#waiting.some(({ asking }) => asking.n === n);
  }

  /** Once or twice is the same; only who becomes urgent, or is no longer, moves. */
  request(asking: Asking): void {
    if (this.holder === asking.n) return;
    const known = this.#waiting.find((one) => one.asking.n === asking.n)?.asking;
    if (known?.urgent === asking.urgent) return;
    this.leave(asking.n);
    this.#arrivals += 1;
    const readyAt = known?.readyAt ?? asking.readyAt;
    this.#waiting.push({ asking: { ...asking, readyAt }, arrival: this.#arrivals });
  }

  leave(n: number): void {
    this.#waiting = this.#waiting.filter(({ asking }) => asking.n !== n);
  }

  /** The free fleet goes to the first that nothing stands against. */
  grant(): void {
    if (this.holder !== undefined) return;
    const next = this.#sorted().find((asking) => !this.#isHeld(asking));
    if (next === undefined) return;
    this.holder = next.n;
    this.leave(next.n);
    this.granted.push(next.n);
  }

  /** The fleet is free again. */
  free(): void {
    this.holder = undefined;
  }

  #isHeld({ kind, tag, urgent }: Asking): boolean {
    if (kind !== 'auto') return false;
    return (this.pin !== undefined && this.pin !== tag) || this.frozen || (this.closed && !urgent);
  }

  #sorted(): Asking[] {
    const rank = ({ urgent, kind }: Asking): number => (urgent || kind === 'rollback' ? 0 : 1);
    return [...this.#waiting]
      .sort(
        (a, b) =>
          rank(a.asking) - rank(b.asking) || a.asking.readyAt - b.asking.readyAt || a.arrival - b.arrival,
      )
      .map(({ asking }) => asking);
  }
}
