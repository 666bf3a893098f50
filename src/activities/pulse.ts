import { Context } from '@temporalio/activity';
import { beganLate, confirmAttempt } from './attempt.ts';
import { Clocks } from './clocks.ts';
import { unsure } from './failure.ts';

/** Heartbeats go out this often, so that a halt is heard within a second (docs/steering.md). */
const BEAT_MS = 250;
/** A process that did not run for this long may have lost its activity to another worker. */
const FROZEN_MS = 3_000;

/**
 * The heartbeat of an activity, and what it knows about its own right to act. A process that was frozen and wakes
 * late must not send: by then somebody else may hold the fleet (I-30).
 */
export class Pulse {
  readonly #context = Context.current();
  readonly #timer: NodeJS.Timeout;
  readonly #deadline: number;
  readonly #clocks = new Clocks();
  readonly #late: boolean;
  #frozenMs = 0;
  #details: unknown;

  constructor(details?: unknown) {
    const { startToCloseTimeoutMs } = this.#context.info;
    this.#deadline = performance.now() + startToCloseTimeoutMs;
    this.#late = beganLate();
    this.#details = details;
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#context.heartbeat(details);
  }

  /** What a retry of this activity finds as its heartbeat details. */
  set details(details: unknown) {
    this.#details = details;
  }

  /** Leaves details for the next attempt, right before this one fails. */
  leave(details: unknown): void {
    this.#details = details;
    this.#context.heartbeat(details);
  }

  /** Somebody asked the activity to stop: nothing new may be sent. */
  get stopping(): boolean {
    return this.#context.cancellationSignal.aborted;
  }

  get signal(): AbortSignal {
    return this.#context.cancellationSignal;
  }

  /**
   * The last look before something is sent that takes up to `budgetMs`.
   * @throws ApplicationFailure, retryable, when the activity may no longer be ours.
   */
  mustBeOurs(budgetMs: number): void {
    this.#notice();
    this.mustLive();
    if (this.#frozenMs > FROZEN_MS)
      throw unsure(
        'LateWorker',
        `the worker stood still for ${Math.round(this.#frozenMs / 1000)} s, so this attempt may be somebody else's by now; nothing more was sent`,
      );
    if (performance.now() + budgetMs > this.#deadline)
      throw unsure(
        'LateWorker',
        'too little of the time limit is left for a whole call; a fresh attempt goes on',
      );
  }

  /**
   * Asks Temporal whether this attempt still counts, where it began suspiciously late (I-30).
   * @throws ApplicationFailure, retryable, when another attempt does, or nobody can tell.
   */
  async mustBeCurrent(): Promise<void> {
    if (this.#late) await confirmAttempt();
  }

  /** @throws ApplicationFailure when Temporal gave this attempt up: its answer is wanted by nobody. */
  mustLive(): void {
    const details = this.#context.cancellationDetails;
    if (details?.notFound === true || details?.timedOut === true)
      throw unsure('LateWorker', 'this attempt was given up by Temporal before it sent anything more');
  }

  /** Waits, or until the activity is told to stop. */
  async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      if (this.stopping) resolve();
      else this.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    this.#notice();
    this.#context.heartbeat(this.#details);
  }

  #notice(): void {
    this.#frozenMs = Math.max(this.#frozenMs, this.#clocks.passedMs());
  }
}
