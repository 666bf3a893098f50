import { text, type Environment } from '../config/environment.ts';
import type { Tracing } from './tracing.ts';

/**
 * Traces, where somebody collects them: OpenTelemetry is loaded only then, so that a short command starts at once.
 * @param service name that the spans carry: `greenlane` or `greenlane-worker`
 */
export async function tracingOf(env: Environment, service: string): Promise<Tracing | undefined> {
  const endpoint =
    text(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? text(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === undefined || text(env, 'OTEL_SDK_DISABLED') === 'true') return undefined;
  return (await import('./tracing.ts')).startTracing(service);
}
