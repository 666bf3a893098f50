import type { NotifyEvent } from './event.ts';
import { linkOf, shown } from './event.ts';
import { eventIdHeader, sign, signatureHeader, timestampHeader } from './signature.ts';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A webhook delivery: the event as JSON, with its id, the time of sending and, where a secret is configured,
 * a signature over both time and body. `now` is in ms since the epoch.
 */
export function webhookMessage(event: NotifyEvent, secret: string | undefined, now: number): Message {
  const link = linkOf(event);
  const body = JSON.stringify({
    id: shown(event.id),
    event: shown(event.event),
    fleet: shown(event.fleet),
    sha: shown(event.sha),
    tag: shown(event.tag),
    text: shown(event.text),
    workflowId: shown(event.workflowId),
    runId: shown(event.runId),
    at: new Date(event.at).toISOString(),
    ...(link === undefined ? {} : { link }),
  });
  const timestamp = String(Math.floor(now / 1000));
  const signed = secret === undefined ? {} : { [signatureHeader]: sign(secret, timestamp, body) };
  const id = event.id.replace(/[^\x21-\x7e]/g, '_');
  return { body, headers: { [eventIdHeader]: id, [timestampHeader]: timestamp, ...signed } };
}
