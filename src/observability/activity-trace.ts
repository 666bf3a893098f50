import type { Tracer } from '@opentelemetry/api';
import type { Context } from '@temporalio/activity';
import { OpenTelemetryActivityInboundInterceptor } from '@temporalio/interceptors-opentelemetry-v2';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

const TRACE_HEADER = '_tracer-data';

/** A span per activity of a deploy that was started within a trace; what nobody traces makes none. */
export class ActivityTrace implements ActivityInboundCallsInterceptor {
  readonly #spans: OpenTelemetryActivityInboundInterceptor;

  constructor(context: Context, tracer: Tracer) {
    this.#spans = new OpenTelemetryActivityInboundInterceptor(context, { tracer });
  }

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    return TRACE_HEADER in input.headers ? this.#spans.execute(input, next) : next(input);
  }
}
