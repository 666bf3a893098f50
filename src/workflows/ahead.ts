import { workflowInfo, type WorkflowInternalsInterceptor } from '@temporalio/workflow';

type Activate = NonNullable<WorkflowInternalsInterceptor['activate']>;
type Activation = Parameters<Activate>[0]['activation'];

/** What the SDK calls a question that comes by itself, and not with a task. */
const BY_ITSELF = 'legacy_query';
/** A question that brought events follows them at once, whatever else the machine does; ms of the worker's own clock. */
const AT_ONCE_MS = 10_000;

/** How a query ends that came before its time; src/client/ask-again.ts knows what to do then. */
export const AHEAD =
  'asked before a workflow task had done what this worker was told with the question; ask again';
/** Header of a query about a run that is closed: no task can follow, so nothing can go wrong. */
export const OF_CLOSED_RUN = 'greenlane-closed-run';

/**
 * Refuses the one way in which a workflow can run ahead of its history. A query that reaches a worker without the
 * workflow in its memory, such as the successor of one that was killed, comes with all events there are, also those
 * that no task has done: because it waits on the dead worker's queue, or because that worker had begun it. The SDK's
 * state machines hand those events to the workflow all the same. What it decides then, by the clock of another task and
 * apart from what its own task brings besides, is kept, sent with the next task, and never done again by a replay: from
 * then on no worker can go on with the run.
 *
 * So such a question is failed as an activation, which makes the worker forget the run; whoever asked asks again and is
 * answered when the task is done. Nothing in the workflows has to mind this therefore. It is known by one of two signs:
 * - Time and size, which are those of the task that began last, stand still although events came: no task had begun.
 * - It comes by itself at once after the first step that was no replay since the run was read from its history. That
 *   step may be a task of this worker's own; then asking again costs a quarter of a second. A run whose first step of
 *   all was done here is not meant: nobody may ask before that.
 */
export class NeverAhead implements WorkflowInternalsInterceptor {
  #last: { readonly events: number; readonly bytes: string; readonly at: string } | undefined;
  #ahead = false;
  /** When the first step was done that was no replay since the run was read from its history: ms, the worker's clock. */
  #first: number | undefined;
  #sure = !workflowInfo().unsafe.isReplaying;

  activate: Activate = (input, next) => {
    const jobs = input.activation.jobs ?? [];
    const questions = jobs.flatMap(({ queryWorkflow }) => queryWorkflow ?? []);
    if (questions.length < jobs.length) this.#see(input.activation);
    const refused = questions.some(
      ({ headers, queryId }) =>
        headers?.[OF_CLOSED_RUN] === undefined &&
        (this.#ahead || (queryId === BY_ITSELF && this.#isUnsure())),
    );
    if (refused) throw new Error(AHEAD);
    next(input);
  };

  #see({ historyLength, historySizeBytes, timestamp, isReplaying }: Activation): void {
    const last = this.#last;
    const events = historyLength ?? 0;
    // Another part of the same activation.
    if (last?.events === events) return;
    const bytes = String(historySizeBytes ?? 0);
    const at = `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`;
    this.#ahead = last !== undefined && isReplaying !== true && last.bytes === bytes && last.at === at;
    this.#last = { events, bytes, at };
    if (isReplaying === true) return;
    if (this.#first === undefined) this.#first = workflowInfo().unsafe.now();
    else this.#sure = true;
  }

  #isUnsure(): boolean {
    const first = this.#first;
    return !this.#sure && first !== undefined && workflowInfo().unsafe.now() - first < AT_ONCE_MS;
  }
}
