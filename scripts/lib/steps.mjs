const tickMs = 1000;
const plainTickMs = 60_000;
const clockWidth = 24;

/**
 * Prints what the set-up does on stderr: one line per step with its time. A slow step is announced, with the
 * reason, and shows a sign of life: a running clock on a terminal, a line a minute elsewhere.
 * @param {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} [stream]
 */
export function createSteps(stream = process.stderr) {
  /**
   * @template T
   * @param {string} title what is done and why: `Installing dependencies (package-lock.json has changed)`
   * @param {() => Promise<T>} work
   * @param {{ slow?: string }} [options] `slow`: why it is slow and how long it may take, in words
   * @returns {Promise<T>}
   */
  async function step(title, work, { slow } = {}) {
    const start = performance.now();
    const line = slow === undefined ? title : `${title}: ${slow}`;
    const elapsed = () => seconds(performance.now() - start);
    // A line that would wrap cannot be drawn again in place.
    const repaint = stream.isTTY && line.length + clockWidth < (stream.columns ?? 80);
    const announce = !repaint && (slow !== undefined || stream.isTTY);
    if (repaint) stream.write(`${line} …`);
    else if (announce) stream.write(`${line} …\n`);
    const prefix = repaint ? `\r${line} … ` : stream.isTTY ? '\r  ' : '  ';
    const alive = announce ? '  still at it after' : `${line} … still at it after`;
    const clock = setInterval(
      () => stream.write(stream.isTTY ? `${prefix}${elapsed()}` : `${alive} ${elapsed()}\n`),
      stream.isTTY ? tickMs : plainTickMs,
    );
    /** @param {string} end */
    const finish = (end) => {
      clearInterval(clock);
      const whole = repaint || announce ? `${prefix}${end}` : `${line} … ${end}`;
      stream.write(stream.isTTY ? `${whole}\u001b[K\n` : `${whole}\n`);
    };
    try {
      const result = await work();
      finish(announce ? `done in ${elapsed()}` : elapsed());
      return result;
    } catch (error) {
      finish(`failed after ${elapsed()}`);
      throw error;
    }
  }
  /** @param {string} text */
  const note = (text) => void stream.write(`${text}\n`);
  return { step, note };
}

/** @typedef {ReturnType<typeof createSteps>} Steps */

/**
 * A duration for people: `0.4 s`, `72 s`.
 * @param {number} ms
 */
export function seconds(ms) {
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
