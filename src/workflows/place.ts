import * as wf from '@temporalio/workflow';
import type { Grant, Preflight } from '../activities/contract.ts';
import { grantMessage, nextMessage } from '../rollout/messages.ts';
import { requestFleet, takeTurn } from './activities.ts';
import { historyIsLong } from './continue.ts';
import type { Ears } from './ears.ts';
import { tellLock } from './lock-signals.ts';
import { grantSignal, nextSignal, withdrawSignal } from './messages.ts';
import { parseMessage } from './parse.ts';
import type { Run } from './run.ts';

/** A request is repeated this often while it waits, so that a lock that was lost and made anew learns of it. */
const ASK_AGAIN_MS = 15 * 60_000;

/**
 * A deploy's place in the queue. Each wait has a nonce of its own: a grant of an earlier one, on its way when the
 * deploy left, is given back and never acted on (I-30).
 */
export class Place {
  readonly #run: Run;
  #nonce: string | undefined;
  /** Requests that this run made and left again. */
  readonly #left = new Set<string>();
  #called = false;
  #asked = false;
  #grant: Grant | undefined;
  /** What the turn found when it looked whether the deploy may go on. */
  preflight: Preflight | undefined;

  constructor(run: Run, ears: Ears) {
    this.#run = run;
    const odd = (what: string): void => run.odd(what);
    ears.on(grantSignal, (message: unknown) => {
      const parsed = parseMessage(grantMessage, message, 'grant', odd);
      if (parsed !== undefined) this.#hear(parsed as Grant);
    });
    ears.on(nextSignal, (message: unknown) => {
      const parsed = parseMessage(nextMessage, message, 'next', odd);
      if (parsed?.runId === run.runId && parsed.nonce === this.#nonce) this.#called = true;
    });
  }

  /** Deploys whose gates are green and that wait behind this one, newest first. */
  get queued(): Grant['queued'] {
    return this.#grant?.queued ?? [];
  }

  /**
   * Waits until the fleet is the deploy's own. Undefined when it was interrupted and has left its place, or when the
   * run has grown long: then it goes on as a new one and asks again, which keeps the place.
   */
  async wait(interrupted: () => boolean): Promise<Grant | undefined> {
    this.#nonce = wf.uuid4().slice(0, 18);
    this.#grant = undefined;
    this.#called = false;
    this.#asked = false;
    const turn = new wf.CancellationScope();
    let turning = false;
    try {
      while (this.#grant === undefined && !interrupted()) {
        if (!this.#asked) await this.#ask(this.#nonce);
        const heard = await wf.condition(
          () => this.#grant !== undefined || interrupted() || !this.#asked || (this.#called && !turning),
          ASK_AGAIN_MS,
          { summary: `queue of ${this.#run.input.fleet}` },
        );
        if (!heard) this.#asked = false;
        if (historyIsLong() && this.#grant === undefined) return undefined;
        if (this.#called && !turning && this.#grant === undefined && !interrupted()) {
          turning = true;
          void turn.run(() => this.#take(this.#nonce as string)).catch(() => undefined);
        }
      }
    } finally {
      turn.cancel();
    }
    if (interrupted()) await this.leave();
    return interrupted() ? undefined : this.#grant;
  }

  /** Gives the place, or a grant that is on its way, back. */
  async leave(): Promise<void> {
    const nonce = this.#nonce;
    const { workflowId, runId } = this.#run;
    if (nonce === undefined) {
      // Where this run did not ask, the one that it goes on from, or that was reset, may have.
      if (this.#left.size === 0 && wf.workflowInfo().runId !== runId)
        await tellLock(this.#run, withdrawSignal, { workflowId, runId });
      return;
    }
    this.#nonce = undefined;
    this.#grant = undefined;
    this.#left.add(nonce);
    await tellLock(this.#run, withdrawSignal, { workflowId, runId, nonce });
  }

  /**
   * A grant is given back only when it is sure that nobody acted on it: a request this run made and left, or one that
   * came after the end. One from before a reset may have been acted on by the run that was reset: then the fleet
   * stays the deploy's own, and it asks anew (I-30). What is for an earlier attempt the lock finds out by itself.
   */
  #hear(grant: Grant): void {
    const { state, runId, workflowId, released } = this.#run;
    const { nonce } = grant;
    if (grant.runId !== runId) return;
    if (released || this.#left.has(nonce))
      void tellLock(this.#run, withdrawSignal, { workflowId, runId, nonce });
    // The lock heard an old request once more and granted again: the calls to come carry the higher epoch.
    else if (state.epoch !== undefined) state.epoch = Math.max(state.epoch, grant.epoch);
    else if (nonce === this.#nonce) this.#grant = grant;
    else this.#asked = false;
  }

  async #ask(nonce: string): Promise<void> {
    const { settings, input, state, workflowId, runId } = this.#run;
    const { fleet, sha, tag, kind } = settings;
    this.#asked = true;
    await requestFleet.executeWithOptions({ summary: `a place in the queue of ${fleet}` }, [
      {
        fleet,
        workflowId,
        runId,
        nonce,
        sha,
        tag,
        kind,
        urgent: input.urgent === true,
        actor: input.actor,
        reason: input.reason ?? '',
        readyAt: state.greenAt ?? Date.now(),
        searchAttributes: input.searchAttributes === true,
      },
    ]);
  }

  /** Called up: the turn waits for the fleet on the deploy's behalf, and looks whether it may go on. */
  async #take(nonce: string): Promise<void> {
    const { settings, state, workflowId, runId } = this.#run;
    const { fleet } = settings;
    try {
      const taken = await takeTurn.executeWithOptions({ summary: `next for ${fleet}` }, [
        {
          fleet,
          workflowId,
          runId,
          nonce,
          ...(state.direction === 'back' || state.checked === true ? {} : { settings }),
        },
      ]);
      if (nonce !== this.#nonce || this.#grant !== undefined) return;
      if (taken.kind === 'granted') {
        this.#grant = taken.grant;
        this.preflight = taken.preflight;
      } else this.#asked = false;
    } catch (error) {
      // Whatever became of the turn: asking again brings the grant by a signal.
      if (!wf.isCancellation(error)) this.#asked = false;
    }
  }
}
