import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const span = z.object({
  name: z.string(),
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  attributes: z.array(z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) })),
});
const body = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({
        attributes: z.array(
          z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) }),
        ),
      }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

/** A span that arrived, of one service. */
export interface Collected {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly workflowId: string | undefined;
}

/** A collector that takes OTLP over HTTP, as JSON. */
export interface Collector {
  readonly endpoint: string;
  readonly spans: readonly Collected[];
  /** Everything that was sent, as it came. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

/** Starts a collector on loopback. What is no OTLP is answered 400 and kept in `bodies`. */
export async function startCollector(): Promise<Collector> {
  const spans: Collected[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const sent = await text(request);
      bodies.push(sent);
      const parsed = body.safeParse(request.url === '/v1/traces' ? JSON.parse(sent) : undefined);
      for (const one of parsed.data?.resourceSpans ?? []) spans.push(...collected(one));
      response.writeHead(parsed.success ? 200 : 400, { 'content-type': 'application/json' }).end('{}');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function collected({
  resource,
  scopeSpans,
}: z.infer<typeof body>['resourceSpans'][number]): readonly Collected[] {
  const said = (of: typeof resource.attributes, key: string): string | undefined =>
    of.find((one) => one.key === key)?.value.stringValue;
  return scopeSpans.flatMap(({ spans }) =>
    spans.map(({ name, traceId, spanId, parentSpanId, attributes }) => ({
      service: said(resource.attributes, 'service.name') ?? '',
      name,
      traceId,
      spanId,
      parentSpanId,
      workflowId: said(attributes, 'temporalWorkflowId'),
    })),
  );
}
