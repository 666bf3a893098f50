import { GreenlaneError } from '../errors.ts';

/** What kept a request from having an answer. */
export type HttpFailureKind =
  'refused' | 'reset' | 'timeout' | 'dns' | 'tls' | 'too-large' | 'aborted' | 'protocol';

const sentences: Record<HttpFailureKind, string> = {
  refused: 'nothing accepts connections there',
  reset: 'the connection broke before the answer was complete',
  timeout: 'no complete answer in time',
  dns: 'the host name does not resolve',
  tls: 'no trusted TLS connection',
  'too-large': 'the answer is larger than allowed',
  aborted: 'given up by Greenlane before the answer was complete',
  protocol: 'no valid HTTP exchange',
};

export interface HttpFailureFields {
  readonly kind: HttpFailureKind;
  readonly sent: boolean;
  readonly method: string;
  readonly origin: string;
  readonly code?: string | undefined;
}

/**
 * A request without a usable answer. The message names method and origin only: paths, queries, headers and
 * bodies can hold secrets and never get in (I-23).
 */
export class HttpFailure extends GreenlaneError {
  readonly exitCode = 1;
  readonly kind: HttpFailureKind;
  /** `false`: not one byte of the request left. `true`: it may have arrived, so its effect is unknown. */
  readonly sent: boolean;
  readonly method: string;
  readonly origin: string;
  /** The error code of the system or of TLS, such as `ECONNREFUSED`. */
  readonly code?: string;
  constructor(fields: HttpFailureFields) {
    const code = fields.code === undefined ? '' : ` (${fields.code})`;
    super(`${fields.method} ${fields.origin}: ${sentences[fields.kind]}${code}`);
    this.kind = fields.kind;
    this.sent = fields.sent;
    this.method = fields.method;
    this.origin = fields.origin;
    if (fields.code !== undefined) this.code = fields.code;
  }
}

const byCode: readonly (readonly [RegExp, HttpFailureKind])[] = [
  [/^(UND_ERR_CONNECT_TIMEOUT|UND_ERR_(HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/, 'timeout'],
  [/^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/, 'refused'],
  [/^(ENOTFOUND|ENODATA|EAI_[A-Z]+)$/, 'dns'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/, 'reset'],
  [/^(EPROTO|HOSTNAME_MISMATCH|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*|(ERR_(TLS|SSL)|CERT)_.*)$/, 'tls'],
];

/** Reads kind and code out of what the HTTP library threw; what is not known is `protocol`. */
export function classify(error: unknown): { kind: HttpFailureKind; code?: string } {
  const code = codeOf(error);
  if (code === undefined) return { kind: 'protocol' };
  const kind = byCode.find(([pattern]) => pattern.test(code))?.[1] ?? 'protocol';
  return { kind, code };
}

function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code;
  // Node tries every address of a host and reports the attempts as a list.
  return codeOf(cause, depth + 1) ?? codeOf(Array.isArray(errors) ? errors[0] : undefined, depth + 1);
}
