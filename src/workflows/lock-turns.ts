import * as wf from '@temporalio/workflow';
import type { Grant, Turn } from '../activities/contract.ts';
import { holdOn } from '../rollout/lock/holds.ts';
import { turnMessage } from '../rollout/lock/messages.ts';
import { sameDeploy, type Entry, type Holder } from '../rollout/lock/state.ts';
import { dropHolder, lastGoodBut, nextUp, withdraw } from '../rollout/lock/transitions.ts';
import type { LockRun } from './lock-run.ts';
import { grantSignal, nextSignal, turnUpdate } from './messages.ts';

/**
 * How a deploy learns that the fleet is its own. The one whose turn is next is called up while another still holds:
 * it keeps an update open that is answered in the very task that takes the release, so that it starts without a
 * signal's way through the server. Everybody else, and whoever does not answer the call, hears it by a signal.
 */
export class LockTurns {
  readonly #run: LockRun;
  /** Updates that are open, by nonce. */
  readonly #open = new Map<string, number>();
  readonly #called = new Set<string>();
  #closing = false;
  /** Signals that are on their way. */
  #underWay = 0;

  constructor(run: LockRun) {
    this.#run = run;
    wf.setHandler(turnUpdate, async (message: unknown) => this.#turn(turnMessage.parse(message)), {
      validator: (message: unknown) => {
        if (!turnMessage.safeParse(message).success)
          throw new Error('turn: expected workflowId, runId and nonce');
      },
    });
  }

  /** Whether nothing is open or on its way: then nothing is lost by going on as a new run. */
  get idle(): boolean {
    return this.#underWay === 0 && this.#open.size === 0;
  }

  /** Sends every open update away to come again; used before going on as a new run. */
  close(): void {
    this.#closing = true;
  }

  reopen(): void {
    this.#closing = false;
  }

  /** Calls up the deploy whose turn is next, once. */
  callUp(): void {
    const { state } = this.#run;
    const next = state.holder === undefined ? undefined : nextUp(state, Date.now());
    if (next === undefined || this.#called.has(next.nonce)) return;
    this.#called.add(next.nonce);
    this.#signal(next, nextSignal, { runId: next.runId, nonce: next.nonce }, () => {
      const { workflowId, runId, nonce } = next;
      this.#run.become(withdraw(this.#run.state, { workflowId, runId, nonce }));
    });
  }

  /** Tells a holder that the fleet is its own. One that is gone at its first grant is dropped, and the next is granted. */
  tell(holder: Holder, first: boolean): void {
    this.#called.delete(holder.nonce);
    if (this.#open.has(holder.nonce)) return;
    this.#signal(holder, grantSignal, this.#grantOf(holder), () => {
      if (first) this.#run.become(dropHolder(this.#run.state, holder, Date.now()));
    });
  }

  async #turn(asked: Pick<Entry, 'workflowId' | 'runId' | 'nonce'>): Promise<Turn> {
    const { nonce } = asked;
    this.#open.set(nonce, (this.#open.get(nonce) ?? 0) + 1);
    try {
      await wf.CancellationScope.nonCancellable(() =>
        wf.condition(() => this.#closing || (!this.#run.starting && !this.#waits(asked))),
      );
    } finally {
      const left = (this.#open.get(nonce) ?? 1) - 1;
      if (left === 0) this.#open.delete(nonce);
      else this.#open.set(nonce, left);
    }
    const { holder } = this.#run.state;
    if (holder !== undefined && sameDeploy(holder, asked) && holder.nonce === nonce)
      return { kind: 'granted', grant: this.#grantOf(holder) };
    return this.#waits(asked) ? { kind: 'again' } : { kind: 'gone' };
  }

  #waits(asked: Pick<Entry, 'workflowId' | 'runId' | 'nonce'>): boolean {
    return this.#run.state.queue.some((entry) => sameDeploy(entry, asked) && entry.nonce === asked.nonce);
  }

  #grantOf({ runId, nonce, epoch, sha }: Holder): Grant {
    const { state } = this.#run;
    const lastKnownGood = lastGoodBut(state, sha);
    const now = Date.now();
    // One that waits for a hold to end supersedes nobody: with the tag that is pinned nothing would go out at all.
    const queued = state.queue
      .filter((entry) => holdOn(state, entry, now) === undefined)
      .slice(-50)
      .reverse()
      .map(({ sha, workflowId }) => ({ sha, workflowId }));
    return {
      runId,
      nonce,
      epoch,
      queued,
      ...(lastKnownGood === undefined
        ? {}
        : { lastKnownGood: { sha: lastKnownGood.sha, tag: lastKnownGood.tag } }),
    };
  }

  #signal<T>(to: Entry, signal: wf.SignalDefinition<[T]>, message: T, gone: () => void): void {
    this.#underWay += 1;
    const sent = wf.getExternalWorkflowHandle(to.workflowId).signal(signal, message);
    void sent
      .catch((error: unknown) => {
        if (!wf.isCancellation(error)) gone();
      })
      .finally(() => {
        this.#underWay -= 1;
        this.#run.changes += 1;
      });
  }
}
