import { ConfigurationError, MissingTokenError } from '../errors.ts';
import type { HttpAnswer } from '../http/client.ts';
import { request } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { parseJson, UnreadableAnswerError } from '../http/json.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { checkServiceUrl } from '../safety/url.ts';
import { isSlug } from '../tenants/slug.ts';
import type { CallAnswer } from './answer.ts';
import { readAnswer } from './answer.ts';
import { redeployBody } from './body.ts';
import type { RedeployBody } from './body.ts';
import type { Enumeration } from './enumeration.ts';
import { readEnumeration } from './enumeration.ts';
import { EnumerationError, UnsafeCallError } from './errors.ts';
import { redeployAnswer } from './schemas.ts';

export interface ControlPlaneOptions {
  /** Checked by `checkControlPlaneUrl` before: the admin token goes there. */
  readonly url: string;
  readonly token: string | undefined;
  /** Environment variable the token comes from; default `CP_ADMIN_API_TOKEN`. */
  readonly tokenVariable?: string;
  /** Budget of an enumeration in ms, and of a redeploy that names none; default 60 s. */
  readonly timeoutMs?: number;
  /** Limit of an answer; default 64 MiB, which holds an enumeration of 100,000 tenants. */
  readonly maxBytes?: number;
}

export interface EnumerateOptions {
  /** The tag the dry run is for; default one that no image has. */
  readonly targetTag?: string;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RedeployCall {
  readonly targetTag: string;
  /** The wave: at least one, each of the slug grammar, each once. */
  readonly slugs: readonly string[];
  readonly idempotencyKey: string;
  /** The lock's fencing number (I-30). */
  readonly epoch: number;
  /** Budget in ms; above the worst case of a wave, 5 min and 90 s (I-10). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ControlPlane {
  /** The tenants of the fleet, by a dry run. Throws {@link EnumerationError}. */
  enumerate(options?: EnumerateOptions): Promise<Enumeration>;
  /**
   * Redeploys one wave. Whatever comes back is an answer; only what must not be sent throws
   * ({@link UnsafeCallError}), and a call that is aborted (`HttpFailure`).
   */
  redeploy(call: RedeployCall): Promise<CallAnswer>;
}

const path = '/cp/admin/tenants/redeploy-fleet';
const from = 'the answer of the control plane';
const defaultTimeoutMs = 60_000;
const defaultMaxBytes = 64 * 2 ** 20;
/** Statuses that come and go with an upstream (I-11). */
const comesAndGoes = new Set([429, 502, 503, 504]);
/** Should a server ever take a dry run for a real one, it finds no image by this name. */
const noImage = 'greenlane-dry-run';

/**
 * The control plane of one fleet. Nothing of a body, and no `error` text, leaves this module: only slugs,
 * counts, booleans, codes (I-23). Throws {@link MissingTokenError} and {@link ConfigurationError}.
 */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { tokenVariable: variable = 'CP_ADMIN_API_TOKEN', timeoutMs = defaultTimeoutMs } = options;
  const { maxBytes = defaultMaxBytes } = options;
  const url = checkServiceUrl(options.url, { source: 'control plane URL' }) + path;
  const token = options.token?.trim() ?? '';
  if (token === '') throw new MissingTokenError(variable, 'may redeploy the fleet');
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ConfigurationError(
      { source: `environment variable ${variable}` },
      'the token holds characters that cannot stand in a header.',
    );
  }

  const post = (
    body: RedeployBody,
    headers: Readonly<Record<string, string>>,
    budget: { timeoutMs: number; signal?: AbortSignal | undefined },
  ): Promise<HttpAnswer> => {
    const always = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json',
    };
    return request({
      method: 'POST',
      url,
      headers: { ...always, ...headers },
      body: JSON.stringify(body),
      maxBytes,
      ...budget,
    });
  };

  return {
    async enumerate({ targetTag = noImage, timeoutMs: budget = timeoutMs, signal } = {}) {
      const body = redeployBody({ targetTag, soakSeconds: 0, batchSize: 1, dryRun: true });
      try {
        const answer = await post(body, {}, { timeoutMs: budget, signal });
        if (answer.status !== 200) throw notListed(answer, variable);
        return readEnumeration(parseJson(answer.text, redeployAnswer, from));
      } catch (error) {
        if (error instanceof UnreadableAnswerError)
          throw new EnumerationError('unexpected-answer', error.message, { retryable: true, status: 200 });
        if (!(error instanceof HttpFailure) || error.kind === 'aborted') throw error;
        if (error.kind === 'too-large') throw new EnumerationError('unexpected-answer', error.message);
        throw new EnumerationError('unreachable', error.message, { retryable: true });
      }
    },

    async redeploy({ targetTag, slugs, idempotencyKey, epoch, timeoutMs: budget, signal }) {
      refuseUnsafe(slugs, idempotencyKey, epoch);
      const body = redeployBody({ targetTag, slugs, soakSeconds: 0, batchSize: slugs.length, dryRun: false });
      const headers = { 'idempotency-key': idempotencyKey, 'x-deploy-epoch': String(epoch) };
      try {
        return judge(await post(body, headers, { timeoutMs: budget, signal }), slugs);
      } catch (error) {
        if (!(error instanceof HttpFailure) || error.kind === 'aborted') throw error;
        return doubtOf(error);
      }
    },
  };
}

/** An empty list may mean everyone, and a slug outside the grammar anything (I-18). */
function refuseUnsafe(slugs: readonly string[], idempotencyKey: string, epoch: number): void {
  if (slugs.length === 0)
    throw new UnsafeCallError(
      'it names no tenant, and one careless server change away that means the whole fleet (I-18).',
    );
  if (!slugs.every(isSlug)) throw new UnsafeCallError('it names a tenant by something that is no slug.');
  if (new Set(slugs).size !== slugs.length) throw new UnsafeCallError('it names a tenant twice.');
  if (!/^[\x21-\x7e]+$/.test(idempotencyKey))
    throw new UnsafeCallError('its idempotency key cannot stand in a header.');
  if (!Number.isSafeInteger(epoch) || epoch < 1)
    throw new UnsafeCallError('it carries no epoch of the fleet lock.');
}

function judge(answer: HttpAnswer, slugs: readonly string[]): CallAnswer {
  const { status } = answer;
  if (status === 429 || status >= 500) {
    const after = retryAfterMs(answer.headers['retry-after']);
    const wait = after === undefined ? {} : { retryAfterMs: after };
    return { kind: 'doubt', why: 'status', sent: true, transient: comesAndGoes.has(status), status, ...wait };
  }
  if (status >= 300) return { kind: 'refused', status };
  try {
    if (status === 200) return readAnswer(parseJson(answer.text, redeployAnswer, from), slugs);
  } catch (error) {
    if (!(error instanceof UnreadableAnswerError)) throw error;
  }
  return { kind: 'doubt', why: 'unreadable', sent: true, transient: true, status };
}

function doubtOf({ kind, sent }: HttpFailure): CallAnswer {
  if (kind === 'too-large') return { kind: 'doubt', why: kind, sent, transient: false };
  const broken = sent ? 'connection-lost' : 'unreachable';
  return { kind: 'doubt', why: kind === 'timeout' ? kind : broken, sent, transient: true };
}

function notListed(answer: HttpAnswer, variable: string): EnumerationError {
  const { status } = answer;
  const said = `the control plane answers with status ${status}`;
  if (status === 401 || status === 403) {
    return new EnumerationError('unauthorised', `${said}; check the token of ${variable}.`, { status });
  }
  const retryable = status === 429 || status >= 500;
  const after = retryAfterMs(answer.headers['retry-after']);
  return new EnumerationError(retryable ? 'unreachable' : 'refused', `${said}.`, {
    status,
    retryable,
    retryAfterMs: after,
  });
}
