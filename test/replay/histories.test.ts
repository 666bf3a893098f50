import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../src/rollout/outcome.ts';
import { workflowBundle } from '../support/bundle.ts';
import { quietRuntime } from '../support/temporal.ts';
import { deployScenarios } from './deploys.ts';
import { lockScenarios } from './locks.ts';
import { historyOf, recordings, type Recording } from './recording.ts';

const recorded = recordings();
const runs = recorded.flatMap(({ name, runs: own }) => own.map((run) => ({ name, ...run })));

/** Every result of a replay; `error` is set where today's code does not do what the run did. */
async function replay(options: ReplayWorkerOptions, wanted = runs) {
  const histories = wanted.map((run) => ({ workflowId: run.workflowId, history: historyOf(run) }));
  const results: { readonly of: string; readonly error: string | undefined }[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    const run = wanted[results.length];
    expect(workflowId).toBe(run?.workflowId);
    results.push({ of: `${run?.name}: ${workflowId}`, error: error?.message });
  }
  expect(results).toHaveLength(wanted.length);
  return results;
}

/** The outcome in a deploy's last event; nothing for the lock, and for a run that another one goes on. */
function endOf(run: (typeof runs)[number] | Recording['runs'][number]): string[] {
  if (run.type !== 'deploy') return [];
  const last = historyOf(run).events.at(-1);
  if (last?.workflowExecutionTerminatedEventAttributes) return ['terminated'];
  const result = last?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0]?.data;
  if (!result) return [];
  return [(JSON.parse(Buffer.from(result).toString('utf8')) as { outcome: string }).outcome];
}

beforeAll(() => {
  quietRuntime();
});

describe('recorded histories', () => {
  it('are there for every scenario, and end as they are named', () => {
    expect(recorded.map(({ name }) => name).sort()).toEqual(
      [...deployScenarios, ...lockScenarios].map(({ name }) => name).sort(),
    );
    for (const { name, outcomes, runs: own } of recorded)
      expect(own.flatMap(endOf).sort(), name).toEqual([...outcomes].sort());
  });

  it('show every outcome', () => {
    expect(new Set(recorded.flatMap(({ outcomes }) => outcomes))).toEqual(
      new Set([...OUTCOMES, 'terminated']),
    );
  });

  it('say of every activity and every timer what it is for, as Temporal UI shows it', () => {
    const silent = new Set<string>();
    let said = 0;
    for (const run of runs)
      for (const event of historyOf(run).events) {
        const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
        const timer = event.timerStartedEventAttributes ? 'a timer' : undefined;
        const what = activity ?? timer;
        if (what === undefined) continue;
        if ((event.userMetadata?.summary?.data?.length ?? 0) > 2) said += 1;
        else silent.add(`${run.type}: ${what}`);
      }
    expect([...silent]).toEqual([]);
    expect(said).toBeGreaterThan(500);
  });

  it('hold chains of runs of a deploy, forward and back, and of the lock', () => {
    for (const [name, type] of [
      ['continued-as-new', 'deploy'],
      ['continued-as-new-on-the-way-back', 'deploy'],
      ['lock-continued-as-new', 'fleetLock'],
    ]) {
      const chain = recorded.find((one) => one.name === name)?.runs.filter((run) => run.type === type) ?? [];
      expect(chain.length, name).toBeGreaterThan(1);
    }
  });

  it('are what the workflows of today do, event by event', async () => {
    const results = await replay({ workflowBundle: { codePath: await workflowBundle() } });
    expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it('catch a change that runs of yesterday cannot follow', async () => {
    const changed = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('fixtures/changed.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    const deploys = runs.filter(({ name }) => name === 'dry-run' || name === 'failed-red-gate');
    const results = await replay({ workflowBundle: changed }, deploys);
    expect(results.filter(({ error }) => error?.includes('[TMPRL1100]') !== true)).toEqual([]);
  });
});
