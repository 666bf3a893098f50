import { Agent } from 'undici';
import { parseUrl } from '../safety/url.ts';
import { Exchange } from './exchange.ts';
import { HttpFailure } from './failure.ts';
import { userAgent } from './user-agent.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, `http:` or `https:`, without user-info. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Budget in ms for connect, headers and body together. Nothing else cuts a call short (I-10). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The body is refused as `too-large` while it is read, as soon as it exceeds this. */
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case, repeated ones joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as it came, for who needs its digest. */
  readonly bytes: Uint8Array;
  /** The URL that was asked. Redirects are never followed, so it is also the one that answered. */
  readonly url: string;
}

/** Enough for the widest sweep against one origin; each tenant normally is an origin of its own. */
const connectionsPerOrigin = 256;

/** A host that does not accept a connection within this is told apart early: nothing was sent yet. */
const connectTimeoutMs = 10_000;

let agent: Agent | undefined;

/**
 * Sends one request and reads the whole answer. Every status is an answer, a 3xx too: redirects are never
 * followed, so no token travels to a place the configuration does not name.
 * Throws {@link HttpFailure}, whose `sent` tells whether the request can have had an effect.
 */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const { method, timeoutMs, signal, maxBytes, body } = options;
  const url = parse(options);
  const exchange = new Exchange({ method, origin: url.origin, timeoutMs, signal, maxBytes });
  if (!exchange.settled) {
    agent ??= createAgent();
    const headers = { 'user-agent': userAgent, ...lowerCase(options.headers) };
    const path = url.pathname + url.search;
    agent.dispatch({ origin: url.origin, path, method, headers, body: body ?? null }, exchange);
  }
  return { ...(await exchange.answer), url: options.url };
}

/** Closes the idle connections, so that a process or a test can end at once. */
export async function closeConnections(): Promise<void> {
  const closing = agent;
  agent = undefined;
  await closing?.destroy();
}

function createAgent(): Agent {
  return new Agent({
    connections: connectionsPerOrigin,
    pipelining: 1,
    // Whatever a server promises: a connection it has just closed looks like a lost answer, and a lost answer
    // of the control plane costs minutes of asking the tenants.
    keepAliveMaxTimeout: 10_000,
    connect: { timeout: connectTimeoutMs },
    // The budget of the request is the only clock: a wave may take minutes before its first byte (I-10).
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function parse({ method, url }: HttpRequest): URL {
  const parsed = parseUrl(url);
  const usable = parsed !== undefined && /^https?:$/.test(parsed.protocol);
  if (!usable || parsed.username !== '' || parsed.password !== '') {
    throw new HttpFailure({ kind: 'protocol', sent: false, method, origin: '(an unusable URL)' });
  }
  return parsed;
}

function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
