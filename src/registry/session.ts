import { z } from 'zod';
import type { HttpAnswer } from '../http/client.ts';
import { request } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { parseJson, UnreadableAnswerError } from '../http/json.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { readChallenge } from './challenge.ts';
import { RegistryError } from './errors.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface SessionOptions {
  /** Origin of the registry, without a slash at its end. */
  readonly url: string;
  readonly image: string;
  readonly credentials?: Credentials | undefined;
  readonly timeoutMs: number;
}

export interface RegistryCall {
  /** What is asked, for messages: `acme/core:staging-2863380`. */
  readonly what: string;
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

type Actions = 'pull' | 'pull,push';

const tokenAnswer = z
  .object({ token: z.string().min(1).optional(), access_token: z.string().min(1).optional() })
  .transform((body) => body.token ?? body.access_token ?? '');

/** The distribution specification's limit for a manifest. */
const maxBytes = 4 * 2 ** 20;

/** Calls to a registry, logged in the way the registry asks for (OCI distribution: token authentication). */
export class RegistrySession {
  readonly #options: SessionOptions;
  /** What was shown last, for what we may do. */
  readonly #shown = new Map<Actions, string>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The answer, whatever its status, except those that {@link RegistryError} stands for. */
  async send(call: RegistryCall): Promise<HttpAnswer> {
    const actions = call.method === 'PUT' ? 'pull,push' : 'pull';
    const url = `${this.#options.url}/v2/${this.#options.image}${call.path}`;
    let answer = await this.#request(call, { ...call, url, headers: this.#headers(call, actions) });
    if (answer.status === 401) {
      this.#shown.set(actions, await this.#logIn(call, answer.headers['www-authenticate'], actions));
      answer = await this.#request(call, { ...call, url, headers: this.#headers(call, actions) });
    }
    const { status } = answer;
    const fail = (kind: RegistryError['kind'], retryable = false): never => {
      const after = retryAfterMs(answer.headers['retry-after']);
      const detail = `status ${status}`;
      throw new RegistryError({ kind, what: call.what, detail, status, retryable, retryAfterMs: after });
    };
    if (status === 401 || status === 403) fail('unauthorised');
    if (status === 404) fail('not-there', true);
    if (status === 429 || status >= 500) fail('unreachable', true);
    return answer;
  }

  #headers(call: RegistryCall, actions: Actions): Record<string, string> {
    const authorization = this.#shown.get(actions);
    return { ...call.headers, ...(authorization === undefined ? {} : { authorization }) };
  }

  async #logIn(call: RegistryCall, header: string | undefined, actions: Actions): Promise<string> {
    const { credentials, image } = this.#options;
    const refuse = (detail: string): never => {
      throw new RegistryError({ kind: 'unauthorised', what: call.what, detail, status: 401 });
    };
    const challenge = readChallenge(header);
    if (challenge.scheme === 'unusable') return refuse(challenge.why);
    const basic =
      credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    if (challenge.scheme === 'basic')
      return basic ?? refuse('it asks for a user name and none is configured');
    const { realm, service } = challenge;
    if (service !== undefined) realm.searchParams.set('service', service);
    realm.searchParams.set('scope', `repository:${image}:${actions}`);
    const headers = basic === undefined ? {} : { authorization: basic };
    const answer = await this.#request(call, {
      method: 'GET',
      url: realm.href,
      headers,
      signal: call.signal,
    });
    if (answer.status === 401 || answer.status === 403) return refuse(`status ${answer.status} for a token`);
    const unreadable = (detail: string): never => {
      throw new RegistryError({
        kind: 'unreadable',
        what: call.what,
        detail,
        status: answer.status,
        retryable: true,
      });
    };
    if (answer.status !== 200) return unreadable(`status ${answer.status} for a token`);
    try {
      const token = parseJson(answer.text, tokenAnswer, 'the token answer');
      return token === '' ? unreadable('a token answer without a token') : `Bearer ${token}`;
    } catch (error) {
      if (error instanceof UnreadableAnswerError) return unreadable(error.message);
      throw error;
    }
  }

  async #request(
    { what }: RegistryCall,
    sent: Pick<RegistryCall, 'method' | 'headers' | 'body' | 'signal'> & { readonly url: string },
  ): Promise<HttpAnswer> {
    const { method, url, headers, body, signal } = sent;
    const { timeoutMs } = this.#options;
    try {
      return await request({
        method,
        url,
        headers,
        ...(body === undefined ? {} : { body }),
        signal,
        timeoutMs,
        maxBytes,
      });
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.kind === 'aborted') throw error;
      const kind = error.kind === 'too-large' ? 'unreadable' : 'unreachable';
      throw new RegistryError({ kind, what, detail: error.message, retryable: kind === 'unreachable' });
    }
  }
}
