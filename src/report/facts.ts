import { isRecord, valuesOf, type Decode } from './payload.ts';

export interface FailureFact {
  readonly message: string;
  readonly type?: string;
  readonly details: readonly unknown[];
}

/** One activity of a deploy: times in ms since the epoch, `from` when it was scheduled. */
export interface ActivityFact {
  readonly type: string;
  /** First argument. */
  readonly input: unknown;
  readonly from: number;
  readonly to?: number;
  readonly attempt: number;
  readonly end: 'completed' | 'failed' | 'timed out' | 'canceled' | 'open';
  readonly result?: unknown;
  readonly failure?: FailureFact;
}

export interface TimerFact {
  readonly summary: string;
  readonly from: number;
  readonly to?: number;
}

/** What one run of a deploy did, as its history tells. */
export interface RunFacts {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly runId: string;
  /** The run it went on from. */
  readonly continuedFrom?: string;
  readonly input: unknown;
  readonly from: number;
  readonly activities: readonly ActivityFact[];
  readonly timers: readonly TimerFact[];
  /** When the lock granted the fleet. */
  readonly grants: readonly number[];
  /** Time of the last event. */
  readonly last: number;
  readonly end?: { readonly how: End; readonly at: number; readonly result?: unknown };
}

export type End = 'completed' | 'failed' | 'timed out' | 'terminated' | 'canceled' | 'continued as new';

type Attributes = Record<string, unknown>;
type Open<T> = { -readonly [K in keyof T]: T[K] };

const ENDS: Readonly<Record<string, End>> = {
  workflowExecutionCompletedEventAttributes: 'completed',
  workflowExecutionFailedEventAttributes: 'failed',
  workflowExecutionTimedOutEventAttributes: 'timed out',
  workflowExecutionTerminatedEventAttributes: 'terminated',
  workflowExecutionCanceledEventAttributes: 'canceled',
  workflowExecutionContinuedAsNewEventAttributes: 'continued as new',
};

const CLOSES: Readonly<Record<string, ActivityFact['end']>> = {
  activityTaskCompletedEventAttributes: 'completed',
  activityTaskFailedEventAttributes: 'failed',
  activityTaskTimedOutEventAttributes: 'timed out',
  activityTaskCanceledEventAttributes: 'canceled',
};

/** What only tells others of the deploy says nothing about it. */
const BESIDE = new Set(['postStatus', 'notify']);

/** Reads the events of one run; undefined when they are no history. */
export async function factsOf(events: readonly unknown[], decode: Decode): Promise<RunFacts | undefined> {
  const activities = new Map<string, Open<ActivityFact>>();
  const timers = new Map<string, Open<TimerFact>>();
  const grants: number[] = [];
  let start: Omit<RunFacts, 'activities' | 'timers' | 'grants' | 'last'> | undefined;
  let end: RunFacts['end'];
  let last = 0;
  for (const event of events) {
    if (!isRecord(event)) return undefined;
    const found = Object.entries(event).find(
      ([name, value]) => name.endsWith('EventAttributes') && isRecord(value),
    );
    if (found === undefined) continue;
    const [name, attributes] = found as [string, Attributes];
    const at = timeOf(event['eventTime']);
    const id = String(event['eventId']);
    last = Math.max(last, at);
    switch (name) {
      case 'workflowExecutionStartedEventAttributes':
        start = await started(attributes, at, decode);
        break;
      case 'activityTaskScheduledEventAttributes':
        if (!BESIDE.has(nameOf(attributes['activityType'])))
          activities.set(id, {
            type: nameOf(attributes['activityType']),
            input: (await valuesOf(attributes['input'], decode))[0],
            from: at,
            attempt: 1,
            end: 'open',
          });
        break;
      case 'activityTaskStartedEventAttributes': {
        const activity = activities.get(String(attributes['scheduledEventId']));
        if (activity !== undefined) activity.attempt = Number(attributes['attempt'] ?? 1);
        break;
      }
      case 'timerStartedEventAttributes': {
        const metadata = isRecord(event['userMetadata']) ? event['userMetadata'] : {};
        const summary = await decode(metadata['summary']);
        timers.set(String(attributes['timerId']), {
          summary: typeof summary === 'string' ? summary : '',
          from: at,
        });
        break;
      }
      case 'timerFiredEventAttributes':
      case 'timerCanceledEventAttributes': {
        const timer = timers.get(String(attributes['timerId']));
        if (timer !== undefined) timer.to = at;
        break;
      }
      case 'workflowExecutionSignaledEventAttributes':
        if (attributes['signalName'] === 'grant') grants.push(at);
        break;
    }
    const closed = CLOSES[name];
    const activity =
      closed === undefined ? undefined : activities.get(String(attributes['scheduledEventId']));
    if (closed !== undefined && activity !== undefined) {
      activity.end = closed;
      activity.to = at;
      if (closed === 'completed') activity.result = (await valuesOf(attributes['result'], decode))[0];
      else activity.failure = await failureOf(attributes['failure'], decode);
    }
    const how = ENDS[name];
    if (how !== undefined) end = { how, at, result: (await valuesOf(attributes['result'], decode))[0] };
  }
  if (start === undefined) return undefined;
  return {
    ...start,
    activities: [...activities.values()],
    timers: [...timers.values()],
    grants,
    last,
    ...(end === undefined ? {} : { end }),
  };
}

async function started(attributes: Attributes, at: number, decode: Decode) {
  const workflowType = nameOf(attributes['workflowType']);
  const from = attributes['continuedExecutionRunId'];
  return {
    workflowType,
    workflowId: text(attributes['workflowId']),
    runId: text(attributes['originalExecutionRunId']),
    ...(typeof from === 'string' && from !== '' ? { continuedFrom: from } : {}),
    input: workflowType === 'deploy' ? (await valuesOf(attributes['input'], decode))[0] : undefined,
    from: at,
  };
}

async function failureOf(failure: unknown, decode: Decode): Promise<FailureFact> {
  if (!isRecord(failure)) return { message: '', details: [] };
  // Encrypted failures keep their message in a payload (failure converter with `encodeCommonAttributes`).
  const hidden = isRecord(failure['encodedAttributes'])
    ? await decode(failure['encodedAttributes'])
    : undefined;
  const message = isRecord(hidden) ? hidden['message'] : failure['message'];
  const info = isRecord(failure['applicationFailureInfo']) ? failure['applicationFailureInfo'] : {};
  return {
    message: text(message),
    ...(typeof info['type'] === 'string' ? { type: info['type'] } : {}),
    details: await valuesOf(info['details'], decode),
  };
}

/** ms since the epoch, of a protobuf timestamp or its JSON. */
function timeOf(time: unknown): number {
  if (typeof time === 'string') return Date.parse(time);
  return isRecord(time)
    ? Number(time['seconds'] ?? 0) * 1_000 + Math.round(Number(time['nanos'] ?? 0) / 1e6)
    : 0;
}

function nameOf(type: unknown): string {
  return isRecord(type) ? text(type['name']) : '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
