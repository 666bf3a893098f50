import { text, type Environment } from '../config/environment.ts';
import { parseUrl } from '../safety/url.ts';
import type { Delivery, Tracing } from './tracing.ts';

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/**
 * Traces, where somebody collects them: OpenTelemetry is loaded only then, so that a short command starts at once.
 * Tracing fails nothing: an endpoint that cannot be one is told, and nothing is traced.
 * @param service name that the spans carry: `greenlane` or `greenlane-worker`
 * @param delivery whom to tell what becomes of the traces
 */
export async function tracingOf(
  env: Environment,
  service: string,
  delivery: Delivery = () => undefined,
): Promise<Tracing | undefined> {
  const variable = ENDPOINTS.find((name) => text(env, name) !== undefined);
  if (variable === undefined || text(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  const endpoint = text(env, variable) ?? '';
  if (!/^https?:$/.test(parseUrl(endpoint)?.protocol ?? '')) {
    delivery(
      false,
      `${variable}: expected a URL such as http://collector:4318, got ${JSON.stringify(endpoint.slice(0, 80))}; nothing is traced`,
    );
    return undefined;
  }
  return (await import('./tracing.ts')).startTracing(service, delivery);
}
