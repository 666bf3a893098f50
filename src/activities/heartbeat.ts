import { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

/** Well below the heartbeat timeout of the activities (src/workflows/activities.ts). */
const BEAT_MS = 2_500;
/** They beat by themselves, with what a retry has to know (pulse.ts). */
const OWN_PULSE = new Set(['takeTurn', 'rollWave', 'survey', 'verifyFleet']);

/**
 * Beats for activities that only look at something: without it a look whose worker was killed would be missed only
 * when its whole time limit is over (I-31). A look is over long before its first beat, so this costs nothing.
 */
export class Heartbeat implements ActivityInboundCallsInterceptor {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const context = Context.current();
    const { heartbeatTimeoutMs, activityType } = context.info;
    if (heartbeatTimeoutMs === undefined || OWN_PULSE.has(activityType)) return next(input);
    const timer = setInterval(() => context.heartbeat(), BEAT_MS);
    try {
      return await next(input);
    } finally {
      clearInterval(timer);
    }
  }
}
