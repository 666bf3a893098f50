/**
 * Time that passed, by two clocks: the one of the wall is wrong when somebody sets it, and the one that only rises
 * may stand still with a machine that was suspended. Neither alone notices every process that stood still.
 */
export class Clocks {
  #wall = Date.now();
  #rising = performance.now();

  /** Since the last time it was asked, ms: the longer of the two. */
  passedMs(): number {
    const [wall, rising] = [Date.now(), performance.now()];
    const passed = Math.max(wall - this.#wall, rising - this.#rising);
    this.#wall = wall;
    this.#rising = rising;
    return passed;
  }
}
