import type { WorkflowInternalsInterceptor } from '@temporalio/workflow';

type Activate = NonNullable<WorkflowInternalsInterceptor['activate']>;
type Activation = Parameters<Activate>[0]['activation'];

/** How a query ends that came before its time; src/client/ask-again.ts knows what to do then. */
export const AHEAD =
  'asked before a workflow task had begun what this worker was told with the question; ask again';
/** Header of a query about a run that is closed: no task can follow, so nothing can go wrong. */
export const OF_CLOSED_RUN = 'greenlane-closed-run';

/**
 * Refuses the one way in which a workflow can run ahead of its history. A query that reaches a worker without the
 * workflow in its memory, such as the successor of one that was killed, comes with all events there are, also those
 * that wait for a task on the dead worker's queue. The SDK's state machines hand those to the workflow, but the event
 * that says when their task began is not among them: the clock stands where the task before it stood, and so do the
 * length of the history and the server's word that it is long. What the workflow decides by these (a soak that is not
 * over although its timer fired) is kept, sent with the next task, and never done again by a replay, which knows the
 * task's own time: from then on no worker can go on with the run.
 *
 * So the question that follows is failed as an activation, which makes the worker forget the run; whoever asked asks
 * again and is answered with the task that was waiting. Nothing in the workflows has to mind the clock therefore.
 */
export class NeverAhead implements WorkflowInternalsInterceptor {
  #last: { readonly events: number; readonly bytes: string; readonly at: string } | undefined;
  #ahead = false;

  activate: Activate = (input, next) => {
    const jobs = input.activation.jobs ?? [];
    const questions = jobs.flatMap(({ queryWorkflow }) => queryWorkflow ?? []);
    if (questions.length < jobs.length) this.#see(input.activation);
    if (this.#ahead && questions.some(({ headers }) => headers?.[OF_CLOSED_RUN] === undefined))
      throw new Error(AHEAD);
    next(input);
  };

  /** Time and size are of the task that began last: where both stand still although events came, there was none. */
  #see({ historyLength, historySizeBytes, timestamp, isReplaying }: Activation): void {
    const last = this.#last;
    const events = historyLength ?? 0;
    // Another part of the same activation.
    if (last?.events === events) return;
    const bytes = String(historySizeBytes ?? 0);
    const at = `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`;
    this.#ahead = last !== undefined && isReplaying !== true && last.bytes === bytes && last.at === at;
    this.#last = { events, bytes, at };
  }
}
