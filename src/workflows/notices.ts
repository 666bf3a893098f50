import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import * as wf from '@temporalio/workflow';
import type { Notice } from '../activities/contract.ts';
import { notify } from './activities.ts';
import { reasonOf } from './failures.ts';

/** How long a deploy that has ended waits to hear whether the last of its notices arrived. */
const LAST_WORD_MS = 3_000;

/** One event, and who is told of it: environment variables of the worker that hold the targets' URLs. */
export interface NoticeInput extends Notice {
  readonly targets: readonly string[];
}

/**
 * Tells each target of one event, beside the deploy and beyond its end: a receiver that is down for an hour is told
 * when it is back, and no deploy waits for it. Ends failed with every target that was not reached, and why.
 */
export async function notice({ targets, ...event }: NoticeInput): Promise<void> {
  const told = await Promise.allSettled(
    targets.map(async (target) =>
      notify.executeWithOptions({ summary: `${event.event} to ${target}` }, [{ ...event, target }]),
    ),
  );
  const lost = told.flatMap((one) => (one.status === 'rejected' ? [reasonOf(one.reason)] : []));
  if (lost.length > 0)
    throw wf.ApplicationFailure.nonRetryable(lost.join(' '), 'greenlane.NotNotified', event.event);
}

/** The notices of one deploy, sent off in the order they were given. */
export class Notices {
  readonly #warn: (warning: string) => void;
  #sent: Promise<void> = Promise.resolve();
  #open = 0;

  /** `warn` hears of every notice that did not arrive, as long as the deploy is there to hear it. */
  constructor(warn: (warning: string) => void) {
    this.#warn = warn;
  }

  send(input: NoticeInput): void {
    this.#open += 1;
    this.#sent = this.#sent.then(async () =>
      wf.CancellationScope.nonCancellable(async () => this.#start(input)),
    );
  }

  /** Resolves when everything has arrived, was given up, or goes on without the deploy. */
  async arrived(): Promise<void> {
    await this.#sent;
    if (this.#open > 0)
      await wf.condition(() => this.#open === 0, LAST_WORD_MS, { summary: 'whether the notice arrived' });
  }

  async #start(input: NoticeInput): Promise<void> {
    try {
      const child = await wf.startChild(notice, {
        // The same when a deploy is reset: nobody is told twice.
        workflowId: `notice/${input.id}`,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        parentClosePolicy: 'ABANDON',
        cancellationType: wf.ChildWorkflowCancellationType.ABANDON,
        staticSummary: `${input.event}: ${input.tag} on ${input.fleet}`,
        args: [input],
      });
      void this.#hear(input.event, child.result());
    } catch (error) {
      this.#open -= 1;
      if (!(error instanceof WorkflowExecutionAlreadyStartedError))
        this.#warn(`${input.event}: nobody could be told`);
    }
  }

  async #hear(event: string, result: Promise<void>): Promise<void> {
    try {
      await result;
    } catch (error) {
      if (wf.isCancellation(error)) return;
      const cause = error instanceof wf.ChildWorkflowFailure ? error.cause : error;
      this.#warn(`${event}: ${reasonOf(cause)}`);
    } finally {
      this.#open -= 1;
    }
  }
}
