import * as wf from '@temporalio/workflow';
import { inFlightMessage } from '../rollout/messages.ts';
import type { Ears } from './ears.ts';
import { CalledBack } from './ends.ts';
import { inFlightSignal } from './messages.ts';
import { parseMessage } from './parse.ts';
import type { Run } from './run.ts';
import type { InFlight } from './status.ts';

/**
 * The wave that is with the worker, and what is certain of its call (I-32): one that has not sent can be called back,
 * one that has says so by a signal and is waited for.
 */
export class Flight {
  readonly #run: Run;
  #scope: wf.CancellationScope | undefined;
  #sent: string | undefined;
  #acknowledged = false;

  constructor(run: Run, ears: Ears) {
    this.#run = run;
    ears.on(inFlightSignal, (message: unknown) => {
      const parsed = parseMessage(inFlightMessage, message, inFlightSignal.name, (what) => run.odd(what));
      if (parsed === undefined || run.inFlight?.wave !== parsed.wave || parsed.scope !== this.#sent) return;
      run.inFlight = { ...run.inFlight, stage: parsed.stage, since: parsed.since };
      this.#acknowledged = true;
    });
  }

  /**
   * Runs a wave's activity so that it can be called back before it has sent; `name` tells its tries apart.
   * @throws CalledBack when it was, and it is not known what an attempt before had sent.
   */
  async carry<T>(inFlight: InFlight, name: string, work: () => Promise<T>): Promise<T> {
    const run = this.#run;
    const scope = new wf.CancellationScope();
    this.#scope = scope;
    this.#sent = name;
    this.#acknowledged = false;
    run.inFlight = inFlight;
    run.show();
    try {
      return await scope.run(work);
    } catch (error) {
      const deployIsCancelled = wf.CancellationScope.current().consideredCancelled;
      if (error instanceof wf.ActivityFailure && scope.consideredCancelled && !deployIsCancelled)
        throw new CalledBack();
      throw error;
    } finally {
      this.#scope = undefined;
      run.inFlight = null;
    }
  }

  /** Calls the wave back, if one is with the worker. */
  callBack(): void {
    this.#scope?.cancel();
  }

  /** Whether no call will start that has not: nothing is out, or the activity said what is. */
  get certain(): boolean {
    return this.#scope === undefined || !this.#scope.consideredCancelled || this.#acknowledged;
  }
}
