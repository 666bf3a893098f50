import type { Exported } from './histories.ts';

const BEGAN = Date.parse('2026-03-01T02:00:00Z');
const WAVES_PER_RUN = 500;

/**
 * Exported histories of one deploy of a fleet of any size, in the shape of real ones: surveys of 2,000 tenants, waves
 * of `batch`, a new run every 500 waves, five tenants that stayed behind.
 */
export function bigDeploy(tenants: number, batch: number): Exported[] {
  const slugs = Array.from({ length: tenants }, (_, index) => `tenant-${String(index).padStart(5, '0')}`);
  const [canary = '', ...rest] = slugs;
  const behind = rest.filter((_, index) => index % Math.ceil(tenants / 5) === 7);
  const settings = {
    fleet: 'production',
    kind: 'auto',
    sha: '2863380aa0000000000000000000000000000000',
    tag: 'staging-2863380',
    required: ['CI / build (push)', 'CI / test (push)'],
    canary,
    batchSize: batch,
    soakMs: 0,
    maxStragglers: 5,
  };
  const audit = [{ at: BEGAN, actor: 'ada', what: 'asked for' }];
  const request = { fleet: 'production', sha: settings.sha, kind: 'auto', actor: 'ada' };
  const runs: Writer[] = [];
  let now = BEGAN;
  let run = begin(runs, { ...request }, now);
  const activity = (type: string, input: unknown, result: unknown, ms: number): void => {
    run.activity(type, input, result, now, now + ms);
    now += ms + 20;
  };
  activity('prepare', request, settings, 20);
  const gates = settings.required.map((context) => ({
    context,
    state: 'green',
    reported: 'success',
    description: '',
    url: '',
  }));
  activity('awaitGates', {}, gates, 240_000);
  for (let from = 0; from < rest.length; from += 2_000) {
    const section = rest.slice(from, from + 2_000);
    const listed = { listed: true, onTarget: false, sha: null };
    activity(
      'survey',
      { settings, after: from === 0 ? null : section[0] },
      { total: tenants, slugs: section, alreadyOnTarget: 0, former: [], canary: listed, next: null },
      900,
    );
  }
  const waves = [[canary]];
  for (let at = 0; at < rest.length; at += batch) waves.push(rest.slice(at, at + batch));
  waves.forEach((wave, index) => {
    if (index > 0 && index % WAVES_PER_RUN === 0) {
      run.end(now);
      run = begin(
        runs,
        {
          ...request,
          carried: {
            startedAt: BEGAN,
            settings,
            direction: 'forward',
            stragglers: [],
            total: tenants,
            alreadyOnTarget: 0,
          },
        },
        now,
      );
    }
    const stragglers = wave
      .filter((slug) => behind.includes(slug))
      .map((slug) => ({ slug, state: 'stale', wave: index }));
    const result = {
      kind: 'rolled',
      calls: 1,
      controlPlaneMs: 700,
      warnings: [],
      onTarget: wave.length - stragglers.length,
      stragglers,
      gone: [],
    };
    activity(
      'rollWave',
      {
        settings,
        wave: index,
        slugs: wave,
        tag: settings.tag,
        sha: settings.sha,
        epoch: 4,
        ask: false,
        scope: '0',
        guarded: true,
      },
      result,
      900 + (index % 37) * 10,
    );
  });
  const stragglers = behind.map((slug) => ({ slug, state: 'stale' }));
  const onTarget = tenants - behind.length;
  activity(
    'verifyFleet',
    {},
    { total: tenants, onTarget, stragglers, counts: { stale: behind.length }, gone: [] },
    4_000,
  );
  run.complete(now, {
    outcome: 'deployed',
    reason: `${onTarget} of ${tenants} tenants answer the release, ${behind.length} quarantined`,
    fleet: 'production',
    sha: settings.sha,
    tag: settings.tag,
    waves: waves.length,
    tenants: { total: tenants, onTarget, alreadyOnTarget: 0, quarantined: behind },
    kind: 'auto',
    actor: 'ada',
    warnings: [],
    audit,
  });
  return runs.map(({ events }) => ({ events }));
}

function begin(runs: Writer[], input: unknown, now: number): Writer {
  const run = new Writer(
    `run-${runs.length}`,
    runs.length === 0 ? undefined : `run-${runs.length - 1}`,
    input,
    now,
  );
  runs.push(run);
  return run;
}

/** Writes events as exports have them. */
class Writer {
  readonly events: Record<string, unknown>[] = [];

  constructor(runId: string, before: string | undefined, input: unknown, at: number) {
    this.#event(at, 'workflowExecutionStartedEventAttributes', {
      workflowType: { name: 'deploy' },
      workflowId: 'deploy/production/2863380aa0000000000000000000000000000000',
      originalExecutionRunId: runId,
      ...(before === undefined ? {} : { continuedExecutionRunId: before }),
      input: payloads(input),
    });
  }

  activity(type: string, input: unknown, result: unknown, from: number, to: number): void {
    const scheduledEventId = this.#event(from, 'activityTaskScheduledEventAttributes', {
      activityType: { name: type },
      input: payloads(input),
    });
    this.#event(from + 5, 'activityTaskStartedEventAttributes', { scheduledEventId, attempt: 1 });
    this.#event(to, 'activityTaskCompletedEventAttributes', { scheduledEventId, result: payloads(result) });
  }

  end(at: number): void {
    this.#event(at, 'workflowExecutionContinuedAsNewEventAttributes', {});
  }

  complete(at: number, result: unknown): void {
    this.#event(at, 'workflowExecutionCompletedEventAttributes', { result: payloads(result) });
  }

  #event(at: number, name: string, attributes: Record<string, unknown>): string {
    const eventId = String(this.events.length + 1);
    this.events.push({ eventId, eventTime: new Date(at).toISOString(), [name]: attributes });
    return eventId;
  }
}

function payloads(value: unknown): unknown {
  const data = Buffer.from(JSON.stringify(value)).toString('base64');
  return { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data }] };
}
