import { GreenlaneError } from '../errors.ts';

/** What kept the forge from answering a question. */
export type ForgeErrorKind =
  'unreachable' | 'unauthorised' | 'forbidden' | 'not-found' | 'unexpected-answer' | 'rate-limited';

export interface ForgeErrorFields {
  /** What was asked, in words: `the statuses of 2863380`. */
  readonly call: string;
  readonly verb: 'read' | 'post';
  readonly origin: string;
  readonly kind: ForgeErrorKind;
  readonly status?: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  /** What was wrong with an answer, or why there was none; never its content. */
  readonly detail?: string | undefined;
  /** Environment variable of the token that was sent. */
  readonly variable: string;
}

/**
 * The forge did not say what was asked. `retryable` is true where the same call may well succeed later; what
 * such a failure means for a deploy is decided by whoever asked (I-07).
 */
export class ForgeError extends GreenlaneError {
  readonly exitCode = 1;
  readonly call: string;
  readonly kind: ForgeErrorKind;
  readonly status?: number;
  readonly retryable: boolean;
  /** How long the forge asked to wait, in ms. */
  readonly retryAfterMs?: number;
  constructor(fields: ForgeErrorFields) {
    const status = fields.status === undefined ? '' : ` (status ${fields.status})`;
    const detail = fields.detail === undefined ? '' : `: ${fields.detail}`;
    super(`Cannot ${fields.verb} ${fields.call} at ${fields.origin}: ${remedyOf(fields)}${status}${detail}.`);
    this.call = fields.call;
    this.kind = fields.kind;
    this.retryable = fields.retryable;
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
  }
}

function remedyOf({ kind, variable }: ForgeErrorFields): string {
  switch (kind) {
    case 'unreachable':
      return 'the forge does not answer; check its address and whether it is up';
    case 'unauthorised':
      return `the token is not accepted; renew ${variable}`;
    case 'forbidden':
      return `the token may not do that; give the owner of ${variable} the right`;
    case 'not-found':
      return `it does not exist, or the token of ${variable} may not see it`;
    case 'unexpected-answer':
      return 'the answer is not what the forge is documented to give';
    case 'rate-limited':
      return 'too many requests; the forge asks to wait';
  }
}
