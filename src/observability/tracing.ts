import { context, propagation, trace, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { VERSION } from '../version.ts';

/** Nobody waits longer than this for a collector that is away. */
const FLUSH_MS = 2_000;

export interface Tracing {
  readonly tracer: Tracer;
  /** For a client: starts, signals and updates are spans, and what they start belongs to their trace. */
  readonly client: WorkflowClientInterceptor;
  /** Sends what there is, at most for two seconds; a collector that is away fails nothing. */
  flush(): Promise<void>;
}

/** Commands look at a deploy every second: questions are no spans. */
class StartsAndSteering extends OpenTelemetryWorkflowClientInterceptor {
  override query: NonNullable<WorkflowClientInterceptor['query']> = async (input, next) => next(input);
  override describe: NonNullable<WorkflowClientInterceptor['describe']> = async (input, next) => next(input);
}

let tracing: Tracing | undefined;

/**
 * Traces of this process, sent as OTLP over HTTP to where `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) says;
 * headers, timeouts and compression as OpenTelemetry's own variables have them. Once per process.
 */
export function startTracing(service: string): Tracing {
  if (tracing !== undefined) return tracing;
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  const resource = defaultResource().merge(
    resourceFromAttributes({ 'service.name': service, 'service.version': VERSION }),
  );
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer('greenlane', VERSION);
  tracing = {
    tracer,
    client: new StartsAndSteering({ tracer }),
    flush: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS).unref());
      await Promise.race([provider.forceFlush().catch(() => undefined), late]);
    },
  };
  return tracing;
}
