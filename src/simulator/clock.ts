/**
 * The waiting of one simulator. All of it ends with `stop`: a closed simulator must neither move a tenant
 * nor keep a process alive.
 */
export class Clock {
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  /** Resolves after `ms`; at once for 0 or less. Never resolves when the simulator is closed meanwhile. */
  sleep(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Runs `action` once after `ms`, unless the simulator is closed before. */
  after(ms: number, action: () => void): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
