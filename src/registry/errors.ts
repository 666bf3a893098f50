import { GreenlaneError } from '../errors.ts';

/** What kept the registry from answering. `not-there`: it answered, and has no such image (I-20). */
export type RegistryErrorKind = 'not-there' | 'unauthorised' | 'unreachable' | 'unreadable';

export interface RegistryErrorFields {
  readonly kind: RegistryErrorKind;
  /** What was asked: `acme/core:staging-2863380`. */
  readonly what: string;
  readonly detail: string;
  readonly status?: number | undefined;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | undefined;
}

const sentences: Record<RegistryErrorKind, string> = {
  'not-there': 'the registry does not have it',
  unauthorised: 'the registry does not let us; check its user name and password, and their rights',
  unreachable: 'the registry does not answer',
  unreadable: 'the registry gave an answer that cannot be used',
};

/** An image that could not be resolved, or a pointer tag that could not be moved. */
export class RegistryError extends GreenlaneError {
  readonly exitCode = 1;
  readonly kind: RegistryErrorKind;
  readonly status?: number;
  readonly retryable: boolean;
  /** How long the registry asked to wait, in ms. */
  readonly retryAfterMs?: number;
  constructor(fields: RegistryErrorFields) {
    super(`${fields.what}: ${sentences[fields.kind]} (${fields.detail}).`);
    this.kind = fields.kind;
    this.retryable = fields.retryable ?? false;
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
  }
}
