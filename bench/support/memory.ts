import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Samples the resident memory of a process every second until it is stopped. */
export class MemoryWatch {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  /** `pid`: of a process that runs on this machine. */
  constructor(pid: number) {
    const look = async (): Promise<void> => {
      const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
      const kilobytes = Number(stdout.trim());
      if (kilobytes > 0) this.#samples.push(kilobytes / 1024);
    };
    void look();
    this.#timer = setInterval(() => void look(), 1_000);
  }

  /** Ends the watch. MB: the most there was, and the means of the second quarter and of the last. */
  stop(): { most: number; early: number; late: number } {
    clearInterval(this.#timer);
    const quarter = Math.max(1, Math.floor(this.#samples.length / 4));
    const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
    return {
      most: Math.max(...this.#samples),
      early: mean(this.#samples.slice(quarter, 2 * quarter)),
      late: mean(this.#samples.slice(-quarter)),
    };
  }
}
