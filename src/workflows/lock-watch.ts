import * as wf from '@temporalio/workflow';
import type { LockActivities } from '../activities/contract.ts';
import { formatDuration } from '../rollout/duration.ts';
import { callOverMessage } from '../rollout/lock/messages.ts';
import { holderClosed } from '../rollout/lock/transitions.ts';
import type { Holder } from '../rollout/lock/state.ts';
import { HEARTBEAT_MS } from './activities.ts';
import type { LockRun } from './lock-run.ts';
import { callOverSignal } from './messages.ts';
import { parseMessage } from './parse.ts';

const { watchHolder } = wf.proxyActivities<LockActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_MS,
  // One look fails retryably while the holder runs, so waiting costs no slot and no history.
  retry: { initialInterval: '2s', backoffCoefficient: 1, maximumInterval: '5s' },
});

/** Exactly one watch, on the holder of now: a chain of runs that closed without a release gives the fleet back. */
export class LockWatch {
  readonly #run: LockRun;
  #watched: { readonly epoch: number; readonly scope: wf.CancellationScope } | undefined;

  /** Which deploy's call was over and when, as the worker that made it says. */
  #quiet: { readonly runId: string; readonly at: number } | undefined;

  constructor(run: LockRun) {
    this.#run = run;
    wf.setHandler(callOverSignal, (message: unknown) => {
      const parsed = parseMessage(callOverMessage, message, 'call-over', (what) => run.odd(what));
      if (parsed !== undefined) this.#quiet = { runId: parsed.runId, at: Date.now() };
    });
  }

  /** Watches the holder of now, and nobody else. */
  follow(holder: Holder | undefined): void {
    if (this.#watched?.epoch === holder?.epoch) return;
    this.stop();
    if (holder === undefined) return;
    const scope = new wf.CancellationScope();
    this.#watched = { epoch: holder.epoch, scope };
    scope
      .run(async () => {
        const { workflowId, runId, tag, epoch } = holder;
        const { how, busyMs, closedAt } = await watchHolder.executeWithOptions(
          { summary: `holder ${tag}, epoch ${epoch}` },
          [{ fleet: this.#run.state.fleet, workflowId, runId }],
        );
        if (busyMs > 0) await this.#untilQuiet(holder, how, busyMs, closedAt);
        this.#run.become(holderClosed(this.#run.state, holder, how, Date.now()));
      })
      .catch((error: unknown) => {
        if (wf.isCancellation(error)) return;
        // A watch that cannot tell is begun again: the fleet is never free because nobody knows.
        if (this.#watched?.scope === scope) this.#watched = undefined;
        this.#run.odd('the watch on the holder failed and was begun again');
      });
  }

  /** The fleet is nobody else's while a call of a deploy that was terminated may still be at work (I-30). */
  async #untilQuiet(holder: Holder, how: string, busyMs: number, closedAt: number): Promise<void> {
    this.#run.odd(
      `${holder.workflowId} ended (${how}) while a call of it was out: the fleet is kept until that is over, at most ${formatDuration(busyMs)}`,
    );
    const isQuiet = (): boolean =>
      this.#quiet !== undefined && this.#quiet.runId === holder.runId && this.#quiet.at >= closedAt;
    await wf.condition(isQuiet, busyMs, { summary: 'a call without its deploy' });
  }

  stop(): void {
    this.#watched?.scope.cancel();
    this.#watched = undefined;
  }
}
