import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Environment } from '../config/environment.ts';

/** Moments of every activity: before its first line, behind its last one, and when its result was reported. */
export const MOMENTS = ['before', 'after', 'reported'] as const;
/** Moments of a wave besides: between the last look and its call, and when the call was answered. */
export const CALL_MOMENTS = ['sending', 'answered'] as const;
export type Moment = (typeof MOMENTS)[number] | (typeof CALL_MOMENTS)[number];

const FAULT_POINTS = 'GREENLANE_FAULT_POINTS';

const armed = z.object({
  // SIGCONT does nothing to a process that runs: whoever armed the point learns that it was reached. SIGUSR2 is for
  // what a test has loaded into the worker.
  signal: z.enum(['SIGKILL', 'SIGSTOP', 'SIGTERM', 'SIGCONT', 'SIGUSR2']),
  delayMs: z.int().min(0).default(0),
  skip: z.int().min(0).default(0),
});
/** What a fault point does to the worker, how many ms after the moment, and how many arrivals it lets pass first. */
export type ArmedPoint = z.output<typeof armed>;

/** File name that arms a point, in the directory that `GREENLANE_FAULT_POINTS` names. */
export function pointName(moment: Moment, activity: string): string {
  return `${moment}-${activity}.json`;
}

let installed: FaultPoints | undefined;

/** A point within an activity; nothing at all unless the environment asks for fault points. */
export function faultPoint(moment: (typeof CALL_MOMENTS)[number]): void {
  installed?.reach(moment, Context.current().info.activityType);
}

/**
 * Named points where tests end, freeze or stop this very process, exactly between two steps. Only where the
 * environment asks for it: a worker in production has not even the interceptor.
 */
export class FaultPoints implements ActivityInboundCallsInterceptor {
  readonly #directory: string;
  readonly #arrivals = new Map<string, number>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** None, or one: as the environment says. */
  static from(env: Environment, log: Logger): FaultPoints[] {
    const directory = env[FAULT_POINTS];
    if (directory === undefined || directory === '') return [];
    log.warn({ directory }, `${FAULT_POINTS} is set: this worker kills itself where a test tells it to`);
    installed = new FaultPoints(directory);
    return [installed];
  }

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const { activityType } = Context.current().info;
    this.reach('before', activityType);
    try {
      return await next(input);
    } finally {
      this.reach('after', activityType);
      // The result is on its way in this very turn of the loop; with a delay, the workflow task that follows is.
      setImmediate(() => this.reach('reported', activityType));
    }
  }

  /** Does to this process what the point is armed with. */
  reach(moment: Moment, activity: string): void {
    const path = join(this.#directory, pointName(moment, activity));
    let point: ArmedPoint;
    try {
      point = armed.parse(JSON.parse(readFileSync(path, 'utf8')));
      const arrivals = this.#arrivals.get(path) ?? 0;
      this.#arrivals.set(path, arrivals + 1);
      if (arrivals < point.skip) return;
      unlinkSync(path);
    } catch {
      // Nothing is armed here, or another worker of the lane took it.
      return;
    }
    const { signal, delayMs } = point;
    if (delayMs === 0) process.kill(process.pid, signal);
    else setTimeout(() => process.kill(process.pid, signal), delayMs);
  }
}
