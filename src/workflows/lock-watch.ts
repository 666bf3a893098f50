import * as wf from '@temporalio/workflow';
import type { LockActivities } from '../activities/contract.ts';
import { holderClosed } from '../rollout/lock/transitions.ts';
import type { Holder } from '../rollout/lock/state.ts';
import { HEARTBEAT_MS } from './activities.ts';
import type { LockRun } from './lock-run.ts';

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

  constructor(run: LockRun) {
    this.#run = run;
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
        const { how } = await watchHolder.executeWithOptions(
          { summary: `holder ${holder.tag}, epoch ${holder.epoch}` },
          [{ workflowId: holder.workflowId, runId: holder.runId }],
        );
        this.#run.become(holderClosed(this.#run.state, holder, how, Date.now()));
      })
      .catch((error: unknown) => {
        if (wf.isCancellation(error)) return;
        // A watch that cannot tell is begun again: the fleet is never free because nobody knows.
        if (this.#watched?.scope === scope) this.#watched = undefined;
        this.#run.odd('the watch on the holder failed and was begun again');
      });
  }

  stop(): void {
    this.#watched?.scope.cancel();
    this.#watched = undefined;
  }
}
