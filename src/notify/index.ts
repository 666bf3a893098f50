import { ConfigurationError } from '../errors.ts';
import type { HttpAnswer } from '../http/client.ts';
import { request } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { isLoopback, parseUrl } from '../safety/url.ts';
import { NotifyError } from './errors.ts';
import type { NotifyEvent } from './event.ts';
import { slackMessage } from './slack.ts';
import { webhookMessage } from './webhook.ts';

export type { NotifyEvent } from './event.ts';
export { NotifyError } from './errors.ts';
export type { NotifyErrorKind } from './errors.ts';
export { isSignedBy } from './signature.ts';

export interface NotifyTarget {
  readonly kind: 'webhook' | 'slack';
  /** Whole URL of the hook. It is a secret: for Slack's it is the only one. */
  readonly url: string;
  /** Key that signs a webhook's deliveries. */
  readonly secret?: string;
}

export interface SendOptions {
  /** Budget in ms; default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Delivers one event to one target, once. Throws {@link NotifyError}; whoever calls may try again, and the
 * receiver drops repetitions by the event's id.
 */
export async function send(
  target: NotifyTarget,
  event: NotifyEvent,
  options: SendOptions = {},
): Promise<void> {
  const url = checkUrl(target);
  const where = `the ${target.kind === 'slack' ? 'Slack hook' : 'webhook'} at ${url.origin}`;
  const { timeoutMs = 10_000, signal } = options;
  const { headers, body } =
    target.kind === 'slack' ? slackMessage(event) : webhookMessage(event, target.secret, Date.now());
  let answer: HttpAnswer;
  try {
    answer = await request({
      method: 'POST',
      url: url.href,
      headers: { 'content-type': 'application/json', ...headers },
      body,
      timeoutMs,
      signal,
      maxBytes: 1024 * 1024,
    });
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.kind === 'aborted') throw error;
    throw new NotifyError({ kind: 'unreachable', target: where, problem: error.message });
  }
  if (answer.status >= 200 && answer.status < 300) return;
  throw refusal(where, answer);
}

function refusal(target: string, answer: HttpAnswer): NotifyError {
  const { status } = answer;
  const after = retryAfterMs(answer.headers['retry-after']);
  if (status === 429) {
    return new NotifyError({
      kind: 'rate-limited',
      target,
      problem: 'it asks to wait (status 429)',
      status,
      retryAfterMs: after,
    });
  }
  if (status >= 500) {
    return new NotifyError({
      kind: 'unreachable',
      target,
      problem: `status ${status}`,
      status,
      retryAfterMs: after,
    });
  }
  const remedy =
    status < 400
      ? 'it redirects, and redirects are not followed'
      : 'the URL or its token is wrong or was revoked';
  return new NotifyError({ kind: 'refused', target, problem: `${remedy} (status ${status})`, status });
}

/** URL of a target. @throws ConfigurationError without showing it, when it is none or not safe. */
export function checkUrl({ kind, url }: NotifyTarget): URL {
  const text = url.trim();
  const place = { source: `the ${kind} target` };
  const parsed = parseUrl(text);
  if (parsed === undefined) throw new ConfigurationError(place, 'its URL is none.');
  const safe = parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed));
  if (!safe || parsed.username !== '' || parsed.password !== '') {
    throw new ConfigurationError(
      place,
      'its URL must be https (http only on loopback), without user name and password.',
    );
  }
  return parsed;
}
