import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Activities that act or decide; what only looks or passes on is logged at debug. */
const TOLD = new Set([
  'prepare',
  'awaitGates',
  'preflight',
  'survey',
  'rollWave',
  'verifyFleet',
  'movePointer',
]);

/** Fields of a log line that say which deploy it belongs to. */
export interface DeployFields {
  readonly deploy?: string;
  readonly fleet?: string;
  readonly sha?: string;
  readonly wave?: number;
}

/** One line per activity that ended, with deploy, fleet, sha and wave: what happened without Temporal at hand. */
export class ActivityLog implements ActivityInboundCallsInterceptor {
  readonly #log: Logger;
  readonly #info: Context['info'];

  constructor(log: Logger, { info }: Context) {
    this.#log = log;
    this.#info = info;
  }

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const { activityType: activity, attempt, workflowExecution } = this.#info;
    const began = performance.now();
    const fields = { ...fieldsOf(workflowExecution?.workflowId, input.args[0]), activity, attempt };
    const took = (): { ms: number } => ({ ms: Math.round(performance.now() - began) });
    try {
      const result = await next(input);
      this.#log[TOLD.has(activity) ? 'info' : 'debug'](
        { ...fields, ...took(), ...factsOf(result) },
        `${activity} done`,
      );
      return result;
    } catch (error) {
      const { level, why } = judge(error);
      this.#log[level]({ ...fields, ...took(), ...why }, `${activity} ended without a result`);
      throw error;
    }
  }
}

/** What the input of an activity says of its deploy; fields that are not there are left out. */
export function fieldsOf(workflowId: string | undefined, input: unknown): DeployFields {
  const own = recordOf(input);
  const settings = recordOf(own['settings']);
  const fleet = own['fleet'] ?? settings['fleet'];
  const sha = own['sha'] ?? settings['sha'];
  return {
    ...(workflowId === undefined ? {} : { deploy: workflowId }),
    ...(typeof fleet === 'string' ? { fleet } : {}),
    ...(typeof sha === 'string' ? { sha } : {}),
    ...(typeof own['wave'] === 'number' ? { wave: own['wave'] } : {}),
  };
}

/** Counts and words of a result; never names from outside. */
function factsOf(result: unknown): Record<string, unknown> {
  const { kind, verdict, calls, total, onTarget } = recordOf(result);
  const facts = {
    kind,
    verdict,
    calls,
    total,
    onTarget: Array.isArray(onTarget) ? onTarget.length : onTarget,
  };
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => typeof value === 'number' || typeof value === 'string'),
  );
}

/** Waiting is no news; what we say ourselves may be shown, anything else by its kind only (I-23). */
function judge(error: unknown): { level: 'debug' | 'info' | 'warn'; why: Record<string, unknown> } {
  if (error instanceof CancelledFailure) return { level: 'info', why: { reason: 'cancelled' } };
  if (!(error instanceof ApplicationFailure))
    return { level: 'warn', why: { reason: error instanceof Error ? error.name : typeof error } };
  const benign = error.category === ApplicationFailureCategory.BENIGN;
  return { level: benign ? 'debug' : 'warn', why: { kind: error.type, reason: error.message } };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
