import type { Client, WorkflowHandle } from '@temporalio/client';
import { highest, lowest, timeOf, type Events } from './figures.ts';

/** What a chain of runs left in Temporal. */
export interface ChainFacts {
  readonly runs: number;
  /** Events of the longest run, and of all. */
  readonly mostEvents: number;
  readonly events: number;
  /** Bytes of the largest run's history as the server counts them, and of all. */
  readonly mostBytes: number;
  readonly bytes: number;
  /** Starts, signals, updates, timers, upserts, and every attempt of an activity. */
  readonly actions: number;
  /** Bytes of the largest single payload in any event. */
  readonly largestPayload: number;
  /** From the first event of the chain to the last, ms. */
  readonly tookMs: number;
  /** From the first wave's schedule to the last one's result, ms. */
  readonly wavesMs: number;
}

/** Reads every run of a deploy from the last one back to its first. */
export async function readChain(client: Client, workflowId: string): Promise<ChainFacts> {
  const runs: {
    events: number;
    bytes: number;
    payload: number;
    actions: number;
    began: number;
    ended: number;
    waves: number[];
  }[] = [];
  let runId: string | undefined = (await client.workflow.getHandle(workflowId).describe()).runId;
  while (runId !== undefined && runId !== '') {
    const handle: WorkflowHandle = client.workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    const events = (await handle.fetchHistory()).events ?? [];
    runs.push({
      events: events.length,
      bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? Number.NaN),
      payload: largestIn(events),
      actions: events.reduce((sum, event) => sum + actionsOf(event), 0),
      began: timeOf(events[0]),
      ended: timeOf(events.at(-1)),
      waves: wavesIn(events),
    });
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
  const most = (of: (run: (typeof runs)[number]) => number): number => Math.max(...runs.map(of));
  const waves = runs.flatMap((run) => run.waves);
  return {
    runs: runs.length,
    mostEvents: most((run) => run.events),
    mostBytes: most((run) => run.bytes),
    events: runs.reduce((sum, run) => sum + run.events, 0),
    bytes: runs.reduce((sum, run) => sum + run.bytes, 0),
    actions: runs.reduce((sum, run) => sum + run.actions, 0),
    largestPayload: most((run) => run.payload),
    tookMs: most((run) => run.ended) - Math.min(...runs.map((run) => run.began)),
    wavesMs: highest(waves) - lowest(waves),
  };
}

/** What an event stands for: a retried activity leaves one event for all its attempts. */
function actionsOf(event: Events[number]): number {
  if (event.activityTaskStartedEventAttributes) return event.activityTaskStartedEventAttributes.attempt ?? 1;
  return event.workflowExecutionStartedEventAttributes ||
    event.workflowExecutionSignaledEventAttributes ||
    event.workflowExecutionUpdateAcceptedEventAttributes ||
    event.timerStartedEventAttributes ||
    event.upsertWorkflowSearchAttributesEventAttributes
    ? 1
    : 0;
}

/** When the waves of a run were scheduled and when they ended, ms since the epoch. */
function wavesIn(events: Events): number[] {
  const waves = new Set<string>();
  const times: number[] = [];
  for (const event of events) {
    const done = event.activityTaskCompletedEventAttributes;
    if (event.activityTaskScheduledEventAttributes?.activityType?.name === 'rollWave')
      waves.add(String(event.eventId));
    else if (!done || !waves.has(String(done.scheduledEventId))) continue;
    times.push(timeOf(event));
  }
  return times;
}

/** The largest `data` of any payload within a value. */
function largestIn(value: unknown): number {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return 0;
  const own = (value as { data?: unknown }).data;
  let most = own instanceof Uint8Array ? own.byteLength : 0;
  for (const inner of Object.values(value)) most = Math.max(most, largestIn(inner));
  return most;
}
