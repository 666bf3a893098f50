import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { classify, HttpFailure } from './failure.ts';
import type { HttpFailureKind } from './failure.ts';

/** What {@link Exchange} needs to know of a request. */
export interface ExchangeLimits {
  readonly method: string;
  readonly origin: string;
  /** Budget in ms for connect, headers and body together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly maxBytes: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as it came: its text has no byte order mark, and a mark where bytes are no UTF-8. */
  readonly bytes: Uint8Array;
}

/** Node fires a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * One request and its answer, as undici reports them. It settles once: with the whole answer or with a typed
 * failure. A request that was given up while it waited for a connection is never written to one, and one
 * that is about to be written after its time is not written either: a process that was frozen and wakes late
 * must not send (I-32).
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<RawAnswer>;
  readonly #limits: ExchangeLimits;
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#fail('aborted');
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: Record<string, string> = {};
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #resolve!: (answer: RawAnswer) => void;
  #reject!: (failure: HttpFailure) => void;

  constructor(limits: ExchangeLimits) {
    this.#limits = limits;
    this.answer = new Promise<RawAnswer>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const budget = Math.min(limits.timeoutMs, longestTimerMs);
    this.#deadline = performance.now() + budget;
    this.#timer = setTimeout(() => this.#fail('timeout'), budget);
    limits.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (limits.signal?.aborted === true) this.#fail('aborted');
    else if (!(budget > 0)) this.#fail('timeout');
  }

  /** Whether it is over already: there is nothing left to send. */
  get settled(): boolean {
    return this.#settled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#settled && performance.now() >= this.#deadline) this.#fail('timeout');
    if (this.#settled) {
      controller.abort(new Error('given up before it was sent'));
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = flatten(headers);
    if (
      Number(this.#headers['content-length'] ?? 0) > this.#limits.maxBytes &&
      this.#limits.method !== 'HEAD'
    ) {
      this.#fail('too-large');
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxBytes) this.#fail('too-large');
    else if (!this.#settled) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#settle()) return;
    const bytes = Buffer.concat(this.#chunks);
    const text = new TextDecoder().decode(bytes);
    this.#resolve({ status: this.#status, headers: this.#headers, text, bytes });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const { kind, code } = classify(error);
    this.#fail(kind, code);
  }

  #fail(kind: HttpFailureKind, code?: string): void {
    if (!this.#settle()) return;
    const sent = this.#controller !== undefined;
    const { method, origin } = this.#limits;
    const failure = new HttpFailure({ kind, sent, method, origin, code });
    this.#reject(failure);
    this.#controller?.abort(failure);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
