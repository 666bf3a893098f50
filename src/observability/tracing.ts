import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Context } from '@temporalio/activity';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { VERSION } from '../version.ts';
import { ActivityTrace } from './activity-trace.ts';

/** A program that ends waits no longer than this for a collector. */
const FLUSH_MS = 1_000;

/** Told what becomes of the traces, when that changes: whether they arrive, and in one line why not. */
export type Delivery = (arrives: boolean, line: string) => void;

export interface Tracing {
  /** For a client: starts, signals and updates are spans, and what they start belongs to their trace. */
  readonly client: WorkflowClientInterceptor;
  /** For a worker: a span per activity of a deploy that was started within a trace. */
  activity(context: Context): ActivityInboundCallsInterceptor;
  /** Sends what there is, at most for a second; a collector that is away fails nothing. */
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
export function startTracing(service: string, delivery: Delivery): Tracing {
  if (tracing !== undefined) return tracing;
  const processor = new BatchSpanProcessor(watched(new OTLPTraceExporter(patience()), delivery));
  const resource = defaultResource().merge(
    resourceFromAttributes({ 'service.name': service, 'service.version': VERSION }),
  );
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer('greenlane', VERSION);
  tracing = {
    client: new StartsAndSteering({ tracer }),
    activity: (of) => new ActivityTrace(of, tracer),
    flush: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS).unref());
      await Promise.race([provider.forceFlush().catch(() => undefined), late]);
    },
  };
  return tracing;
}

/**
 * Unless the environment says how long, an export has as long as a program that ends would wait for it. The exporter's
 * own ten seconds, with its tries, would keep each command alive for as long.
 */
function patience(): { timeoutMillis?: number } {
  const said = ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'].some(
    (name) => (process.env[name] ?? '') !== '',
  );
  return said ? {} : { timeoutMillis: FLUSH_MS };
}

/** The exporter, with an eye on whether what it sends arrives. */
function watched(exporter: SpanExporter, delivery: Delivery): SpanExporter {
  let arrives = true;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const now = result.code === ExportResultCode.SUCCESS;
        if (now !== arrives) delivery(now, now ? 'traces arrive again' : lost(result.error));
        arrives = now;
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: async () => exporter.shutdown(),
  };
}

function lost(error: Error | undefined): string {
  const why = error?.message.split('\n')[0] ?? '';
  return `the collector of traces does not take them${why === '' ? '' : ` (${why.slice(0, 120)})`}; deploys go on without`;
}
