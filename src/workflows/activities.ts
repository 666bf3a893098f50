import { ActivityCancellationType, proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../activities/contract.ts';
import type { DeploySettings } from '../rollout/request.ts';
import { CALL_ATTEMPTS } from '../rollout/waves.ts';

/** A worker that is gone is noticed after this, whatever it was at: every activity beats (src/activities/heartbeat.ts). */
export const HEARTBEAT_MS = 10_000;

/** A look at the world that costs seconds; retried for about two minutes, then the deploy says it could not tell. */
const QUICK = {
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_MS,
  scheduleToCloseTimeout: '5 minutes',
  retry: { initialInterval: '1s', maximumInterval: '20s', maximumAttempts: 8 },
} as const;

export const { prepare, touchedBy, movePointer, preflight } = proxyActivities<Activities>(QUICK);

/** The queue must hear of the deploy however long Temporal's own service is busy. */
export const { requestFleet } = proxyActivities<Activities>({
  startToCloseTimeout: '30s',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** The deploy whose turn is next waits here, for as long as the one before it takes. */
export const { takeTurn } = proxyActivities<Activities>({
  startToCloseTimeout: '30 days',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: { initialInterval: '1s', maximumInterval: '10s' },
});

/** As long as it takes, but not for ever: a deploy that cannot give back ends, and the lock notices that. */
export const { giveBack } = proxyActivities<Activities>({
  startToCloseTimeout: '30s',
  heartbeatTimeout: HEARTBEAT_MS,
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Telling others never holds a deploy up for long, and never fails it. */
export const { postStatus } = proxyActivities<Activities>({
  startToCloseTimeout: '15s',
  heartbeatTimeout: HEARTBEAT_MS,
  scheduleToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1s', maximumInterval: '15s' },
});

/** A receiver that is down is told when it is back, within the hour; no deploy waits for it (src/workflows/notices.ts). */
export const { notify } = proxyActivities<Activities>({
  startToCloseTimeout: '15s',
  heartbeatTimeout: HEARTBEAT_MS,
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
});

/** Polling by retry: each look that finds gates missing fails retryably, so waiting costs no slot and no history. */
export function gateActivities(
  settings: DeploySettings,
): ActivityInterfaceFor<Pick<Activities, 'awaitGates'>> {
  return proxyActivities<Activities>({
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: HEARTBEAT_MS,
    scheduleToCloseTimeout: settings.gateTimeoutMs,
    retry: {
      initialInterval: settings.gatePollMs,
      backoffCoefficient: 1,
      maximumInterval: settings.gatePollMs,
    },
  });
}

export function fleetActivities(
  settings: DeploySettings,
): ActivityInterfaceFor<Pick<Activities, 'rollWave' | 'survey' | 'verifyFleet'>> {
  const retry = { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 20 } as const;
  const { survey, verifyFleet } = proxyActivities<Activities>({
    startToCloseTimeout: settings.settleMs + 60 * 60_000,
    heartbeatTimeout: HEARTBEAT_MS,
    retry,
  });
  const { rollWave } = proxyActivities<Activities>({
    startToCloseTimeout:
      CALL_ATTEMPTS * (settings.postTimeoutMs + settings.settleMs) + settings.settleMs + 5 * 60_000,
    heartbeatTimeout: HEARTBEAT_MS,
    retry,
    // A call that is out is waited for, never abandoned (design: kill switch, halt, pin).
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
  return { survey, verifyFleet, rollWave };
}
