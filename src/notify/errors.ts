import { GreenlaneError } from '../errors.ts';

/** Why a notification did not arrive. */
export type NotifyErrorKind = 'unreachable' | 'rate-limited' | 'refused' | 'misconfigured';

export interface NotifyErrorFields {
  readonly kind: NotifyErrorKind;
  /** `the webhook at https://hooks.example`: never a path, which may be the secret. */
  readonly target: string;
  readonly problem: string;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A notification that was not delivered. Failing to notify never fails a deploy. */
export class NotifyError extends GreenlaneError {
  readonly exitCode = 1;
  readonly kind: NotifyErrorKind;
  readonly status?: number;
  readonly retryable: boolean;
  /** How long the receiver asked to wait, in ms. */
  readonly retryAfterMs?: number;
  constructor(fields: NotifyErrorFields) {
    super(`${fields.target} was not notified: ${fields.problem}.`);
    this.kind = fields.kind;
    this.retryable = fields.kind === 'unreachable' || fields.kind === 'rate-limited';
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
  }
}
