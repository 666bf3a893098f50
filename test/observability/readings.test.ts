import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../src/observability/activity-log.ts';
import { readingOf } from '../../src/observability/fleet-gauges.ts';
import { createLog } from '../../src/observability/log.ts';
import { tracingOf } from '../../src/observability/traced.ts';
import type { LockView } from '../../src/rollout/lock/view.ts';
import { Secrets } from '../../src/safety/secrets.ts';

const now = Date.UTC(2026, 10, 21, 12);
const minute = 60_000;

function view(over: Partial<LockView>): LockView {
  const empty = {
    fleet: 'production',
    epoch: 1,
    queue: [],
    waiting: 0,
    closures: [],
    ledger: [],
    requests: 0,
  };
  return { ...empty, grants: 0, oddities: { count: 0 }, ...over } as unknown as LockView;
}
const at = { reason: 'R', actor: 'A', at: now - minute };

describe('the gauges of a fleet', () => {
  it('are all 0 for a fleet that had no deploy yet', () => {
    expect(readingOf(undefined, false, now)).toEqual({
      queueLength: 0,
      queueWaitSeconds: 0,
      heldSeconds: 0,
      halted: false,
      onHold: false,
      stragglers: undefined,
    });
  });

  it('say how long the first one waits and the holder holds, in seconds', () => {
    const queue = [{ readyAt: now - 3 * minute }, { readyAt: now - minute }] as unknown as LockView['queue'];
    const holder = { grantedAt: now - 5 * minute } as unknown as NonNullable<LockView['holder']>;
    expect(readingOf(view({ queue, waiting: 2, holder }), true, now)).toMatchObject({
      queueLength: 2,
      queueWaitSeconds: 180,
      heldSeconds: 300,
      halted: true,
    });
  });

  it.each([
    ['a pin', { pin: { tag: 'staging-0123456', ...at } }, true],
    ['a freeze until somebody lifts it', { freeze: at }, true],
    ['a freeze that is over', { freeze: { ...at, until: now - 1 } }, false],
    ['a freeze window that it is within', { closures: [{ name: 'night', from: now, to: now + 1 }] }, true],
    [
      'freeze windows before and to come',
      {
        closures: [
          { name: 'past', from: now - 2, to: now },
          { name: 'next', from: now + 1, to: now + 2 },
        ],
      },
      false,
    ],
  ])('show a hold: %s', (_, holds, expected) => {
    expect(readingOf(view(holds), false, now).onHold).toBe(expected);
  });

  it('count the stragglers of the last release that was proven or found wanting, not of what touched nobody', () => {
    const ledger = [
      { outcome: 'superseded', tenants: 0, onTarget: 0 },
      { outcome: 'deployed', tenants: 30, onTarget: 28 },
      { outcome: 'deployed', tenants: 30, onTarget: 30 },
    ] as unknown as LockView['ledger'];
    expect(readingOf(view({ ledger }), false, now).stragglers).toBe(2);
  });
});

describe('the fields of a log line', () => {
  it('are taken from what an activity was given, and left out where it says nothing', () => {
    expect(fieldsOf('deploy/f/s', { settings: { fleet: 'f', sha: 's' }, wave: 0 })).toEqual({
      deploy: 'deploy/f/s',
      fleet: 'f',
      sha: 's',
      wave: 0,
    });
    expect(fieldsOf(undefined, 'nonsense')).toEqual({});
    expect(fieldsOf(undefined, ApplicationFailure.create({ message: 'x' }))).toEqual({});
  });

  it('need a level that there is', () => {
    expect(() => createLog(new Secrets(), { GREENLANE_LOG_LEVEL: 'loud' })).toThrow(
      'environment variable GREENLANE_LOG_LEVEL: expected one of trace, debug, info, warn, error, got "loud"',
    );
  });
});

describe('an endpoint for traces', () => {
  it.each(['collector:4317', 'ftp://collector', 'nonsense'])(
    'that is none fails nothing: %s',
    async (endpoint) => {
      const told: unknown[] = [];
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      expect(await tracingOf(env, 'greenlane', (...what) => void told.push(what))).toBeUndefined();
      expect(told).toEqual([
        [
          false,
          `OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL such as http://collector:4318, got "${endpoint}"; nothing is traced`,
        ],
      ]);
    },
  );

  it('counts for nothing when OpenTelemetry is turned off', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'TRUE' };
    expect(await tracingOf(env, 'greenlane')).toBeUndefined();
  });
});
