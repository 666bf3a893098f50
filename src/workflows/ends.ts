import type { Outcome } from '../rollout/outcome.ts';

/** Thrown where a deploy ends before its last line: the outcome, and why in one sentence. */
export class Ended extends Error {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly supersededBy?: string;
  /** The fleet is frozen with the release of the lock: it is mixed and nobody is looking. */
  readonly freeze: boolean;
  constructor(outcome: Outcome, reason: string, more: { supersededBy?: string; freeze?: boolean } = {}) {
    super(reason);
    this.name = 'Ended';
    this.outcome = outcome;
    this.reason = reason;
    if (more.supersededBy !== undefined) this.supersededBy = more.supersededBy;
    this.freeze = more.freeze === true;
  }
}

/** Thrown where a deploy turns back: every touched tenant goes to what it ran before. */
export class TurnedBack extends Error {
  readonly reason: string;
  readonly actor: string;
  constructor(reason: string, actor: string) {
    super(reason);
    this.name = 'TurnedBack';
    this.reason = reason;
    this.actor = actor;
  }
}

/** Thrown where a wave was called back, and whether an attempt of it had sent is not known. */
export class CalledBack extends Error {
  constructor() {
    super('called back');
    this.name = 'CalledBack';
  }
}
