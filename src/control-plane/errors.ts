import { GreenlaneError } from '../errors.ts';

/** Why a fleet could not be enumerated. */
export type EnumerationProblem =
  | 'unreachable'
  | 'unauthorised'
  | 'refused'
  | 'unexpected-answer'
  | 'not-a-dry-run'
  | 'empty'
  | 'invalid-slug'
  | 'duplicate-slug';

/**
 * The control plane did not say which tenants there are. `retryable` is true where the same call may well
 * succeed later; what it listed wrongly it will list wrongly again.
 */
export class EnumerationError extends GreenlaneError {
  readonly exitCode = 1;
  readonly problem: EnumerationProblem;
  readonly status?: number;
  readonly retryable: boolean;
  /** How long the control plane asked to wait, in ms. */
  readonly retryAfterMs?: number;
  constructor(
    problem: EnumerationProblem,
    sentence: string,
    more: { status?: number | undefined; retryable?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(`The fleet cannot be enumerated: ${sentence}`);
    this.problem = problem;
    this.retryable = more.retryable ?? false;
    if (more.status !== undefined) this.status = more.status;
    if (more.retryAfterMs !== undefined) this.retryAfterMs = more.retryAfterMs;
  }
}

/** A redeploy call that must not be sent, whatever asked for it (I-18). Nothing has left. */
export class UnsafeCallError extends GreenlaneError {
  readonly exitCode = 1;
  constructor(problem: string) {
    super(`The redeploy call was not sent: ${problem}`);
  }
}
