import type { Headers } from '@temporalio/common';
import {
  log,
  metricMeter,
  workflowInfo,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptorsFactory,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import { NeverAhead } from './ahead.ts';
import { METRICS } from './metrics.ts';
import type { DeployInput } from './state.ts';
import type { DeployResult } from './status.ts';

/** Header of a trace's context, as the SDK's interceptors for OpenTelemetry write it. */
const TRACE_HEADER = '_tracer-data';

/** Activities whose time is a measure of its own. */
const TIMED: Readonly<Record<string, string>> = {
  rollWave: METRICS.waveSeconds,
  awaitGates: METRICS.gateWaitSeconds,
};

/**
 * What is measured of a deploy, and the trace it belongs to, handed on to its activities. Meter and log are silent in
 * a replay; and no promise of the workflow is touched, so that histories from before this file replay as they were.
 *
 * The SDK's own workflow interceptors for OpenTelemetry would make spans in here too, and load its whole SDK into
 * every workflow: 0.6 MB and 15 ms for each of a thousand deploys that wait. The spans of activities tell the same.
 */
class Observed implements WorkflowInboundCallsInterceptor, WorkflowOutboundCallsInterceptor {
  #trace: Headers = {};
  #fleet = '';
  #sha: string | undefined;

  execute: NonNullable<WorkflowInboundCallsInterceptor['execute']> = (input, next) => {
    const [request] = input.args as [DeployInput | undefined];
    this.#fleet = request?.fleet ?? '';
    this.#sha = request?.sha;
    const header = input.headers[TRACE_HEADER];
    if (header !== undefined) this.#trace = { [TRACE_HEADER]: header };
    const end = next(input) as Promise<DeployResult>;
    end.then(
      (result) => this.#ended(result),
      () => undefined,
    );
    return end;
  };

  scheduleActivity: NonNullable<WorkflowOutboundCallsInterceptor['scheduleActivity']> = (input, next) => {
    const end = next({ ...input, headers: { ...input.headers, ...this.#trace } });
    const metric = TIMED[input.activityType];
    if (metric !== undefined) {
      const began = Date.now();
      end.then(
        () => this.#record(metric, Date.now() - began),
        () => undefined,
      );
    }
    return end;
  };

  continueAsNew: NonNullable<WorkflowOutboundCallsInterceptor['continueAsNew']> = (input, next) =>
    next({ ...input, headers: { ...input.headers, ...this.#trace } });

  getLogAttributes: NonNullable<WorkflowOutboundCallsInterceptor['getLogAttributes']> = (input, next) =>
    next({
      ...input,
      deploy: workflowInfo().workflowId,
      fleet: this.#fleet,
      ...(this.#sha === undefined ? {} : { sha: this.#sha }),
    });

  #ended({ outcome, sha, tag, waves, tenants }: DeployResult): void {
    this.#sha = sha;
    metricMeter
      .createCounter(METRICS.deploys, '', 'Deploys that ended')
      .add(1, { fleet: this.#fleet, outcome });
    log.info('deploy ended', { outcome, tag, waves, tenants: tenants.total, onTarget: tenants.onTarget });
  }

  #record(metric: string, ms: number): void {
    metricMeter.createHistogram(metric, 'float', 's').record(ms / 1000, { fleet: this.#fleet });
  }
}

/** Only deploys are observed: a lock that was started by one would carry its trace for ever. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const internals = [new NeverAhead()];
  if (workflowInfo().workflowType !== 'deploy') return { internals };
  const observed = new Observed();
  return { internals, inbound: [observed], outbound: [observed] };
};
