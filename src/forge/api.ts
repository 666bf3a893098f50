import type { z } from 'zod';
import { MissingTokenError } from '../errors.ts';
import type { HttpAnswer } from '../http/client.ts';
import { request } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { parseJson, UnreadableAnswerError } from '../http/json.ts';
import { messageOf, refusalOf } from './answer.ts';
import { ForgeError } from './errors.ts';
import type { ForgeErrorFields } from './errors.ts';
import type { CallOptions } from './forge.ts';

/** The two tokens: `read` reads statuses, branches and history and posts; `control` reads variables. */
export type TokenJob = 'read' | 'control';

const jobs: Record<TokenJob, string> = {
  read: 'reads statuses and branches of the repository and posts statuses',
  control: "reads the repository's Actions variables",
};

export interface ForgeApiOptions {
  /** Base of the API, without a slash at its end. */
  readonly base: string;
  readonly tokens: { readonly [Job in TokenJob]?: string | undefined };
  /** Environment variables the tokens come from, for messages. */
  readonly variables: { readonly [Job in TokenJob]: string };
  /** Scheme of the `Authorization` header. */
  readonly scheme: 'token' | 'Bearer';
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiCall {
  /** What is asked, in words: `the statuses of 2863380`. */
  readonly call: string;
  readonly path: string;
  /** Default `read`. */
  readonly token?: TokenJob;
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly maxBytes?: number;
  /** Statuses that say that it is not there; default 404 alone. */
  readonly absent?: readonly number[];
}

export interface PagedCall<S extends z.ZodType, Row> extends ApiCall {
  readonly schema: S;
  readonly rowsOf: (body: z.output<S>) => readonly Row[];
  /** Tells two rows apart. */
  readonly idOf: (row: Row) => unknown;
  /** Some lists are not paged everywhere and give the same rows again and again; that is their end. */
  readonly mayRepeat?: boolean;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 8 * 2 ** 20;
/** Of 50 rows each: nobody's commit has 20,000 of them, but a server that ignores `page` never ends. */
const mostPages = 400;

/** The calls of a forge's API with its tokens, its failures and its pages. */
export class ForgeApi {
  readonly #options: ForgeApiOptions;

  constructor(options: ForgeApiOptions) {
    this.#options = options;
  }

  /** An answer with status 2xx, parsed; any other is thrown as {@link ForgeError}. */
  async json<S extends z.ZodType>(call: ApiCall, schema: S, options?: CallOptions): Promise<z.output<S>> {
    const found = await this.find(call, schema, options);
    if ('error' in found) throw found.error;
    return found.value;
  }

  /** As {@link json}; what is not there is given back, with what the forge said of it in lower case. */
  async find<S extends z.ZodType>(
    call: ApiCall,
    schema: S,
    options?: CallOptions,
  ): Promise<{ value: z.output<S> } | { error: ForgeError; said: string }> {
    const answer = await this.#send(call, options);
    const { status } = answer;
    if ((call.absent ?? [404]).includes(status)) {
      return { error: this.#error(call, { status, ...refusalOf(answer) }), said: messageOf(answer) };
    }
    return { value: this.#parse(call, schema, answer) };
  }

  /**
   * Every row of a paged list, to the empty page: pages are clamped, so a short one is not the last (I-04).
   * The page's number is put at the end of `path`.
   */
  async pages<S extends z.ZodType, Row>(list: PagedCall<S, Row>, options?: CallOptions): Promise<Row[]> {
    const rows = new Map<unknown, Row>();
    let announced = 0;
    for (let page = 1; page <= mostPages; page += 1) {
      const call = { ...list, path: `${list.path}${page}` };
      const answer = await this.#send(call, options);
      const found = list.rowsOf(this.#parse(call, list.schema, answer));
      // Later pages may announce more: what was posted since then comes with the next reading.
      if (page === 1) announced = Number(answer.headers['x-total-count'] ?? 0) || 0;
      if (found.length === 0) {
        if (rows.size >= announced) return [...rows.values()];
        throw this.#unexpected(call, `${announced} rows were announced and ${rows.size} came`, true);
      }
      const known = rows.size;
      for (const row of found) rows.set(list.idOf(row), row);
      if (rows.size > known) continue;
      if (list.mayRepeat === true) return [...rows.values()];
      throw this.#unexpected(call, `page ${page} only repeats earlier rows`, false);
    }
    throw this.#unexpected(list, `it has more than ${mostPages} pages`, false);
  }

  async #send(call: ApiCall, options: CallOptions = {}): Promise<HttpAnswer> {
    const { tokens, variables, base, scheme, headers } = this.#options;
    const job = call.token ?? 'read';
    const token = tokens[job]?.trim() ?? '';
    if (token === '') throw new MissingTokenError(variables[job], jobs[job]);
    const { body } = call;
    try {
      return await request({
        method: call.method ?? 'GET',
        url: base + call.path,
        headers: {
          accept: 'application/json',
          authorization: `${scheme} ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
        signal: options.signal,
        maxBytes: call.maxBytes ?? defaultMaxBytes,
      });
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.kind === 'aborted') throw error;
      if (error.kind === 'too-large') throw this.#unexpected(call, 'it is larger than allowed', false);
      throw this.#error(call, { kind: 'unreachable', retryable: true, detail: error.message });
    }
  }

  #parse<S extends z.ZodType>(call: ApiCall, schema: S, answer: HttpAnswer): z.output<S> {
    const { status } = answer;
    if (status < 200 || status > 299) throw this.#error(call, { status, ...refusalOf(answer) });
    try {
      return parseJson(answer.text, schema, call.call);
    } catch (error) {
      if (!(error instanceof UnreadableAnswerError)) throw error;
      // A proxy's page in place of the answer comes and goes, so this may be tried again.
      throw this.#unexpected(call, `${error.path || 'the body'} should be ${error.expected}`, true);
    }
  }

  #unexpected(call: ApiCall, detail: string, retryable: boolean): ForgeError {
    return this.#error(call, { kind: 'unexpected-answer', retryable, detail });
  }

  #error(call: ApiCall, fields: Omit<ForgeErrorFields, 'call' | 'verb' | 'origin' | 'variable'>): ForgeError {
    const { base, variables } = this.#options;
    const variable = variables[call.token ?? 'read'];
    const verb = call.method === 'POST' ? 'post' : 'read';
    return new ForgeError({ ...fields, call: call.call, verb, origin: new URL(base).origin, variable });
  }
}
