import { EnumerationError } from '../control-plane/errors.ts';
import { refusal, unsure } from './failure.ts';
import type { Fleet } from './fleets.ts';

/**
 * The fleet's tenants by a dry run, slugs in code-unit order (I-13).
 * @throws ApplicationFailure: worth another try, or a list that nobody should deploy from.
 */
export async function enumerate(fleet: Fleet, targetTag: string): Promise<readonly string[]> {
  try {
    return (await fleet.controlPlane.enumerate({ targetTag })).slugs;
  } catch (error) {
    if (!(error instanceof EnumerationError)) throw error;
    throw error.retryable
      ? unsure('FleetUnreadable', error.message, error.retryAfterMs)
      : refusal('FleetUnreadable', error.message);
  }
}

/** A snapshot of a large fleet serves the sections of one deploy for this long. */
const KEEP_MS = 60 * 60_000;
const MOST = 8;

/**
 * Enumerations that deploys on this worker have read: a fleet of 100,000 is listed once per deploy instead of once
 * per section. Losing one costs a call, never correctness: the end of a deploy reads a fresh one.
 */
export class Enumerations {
  readonly #kept = new Map<string, { readonly at: number; readonly slugs: Promise<readonly string[]> }>();

  /** Slugs in code-unit order; `fresh` reads anew and replaces what is kept. */
  async of(deploy: string, fleet: Fleet, targetTag: string, fresh: boolean): Promise<readonly string[]> {
    const kept = this.#kept.get(deploy);
    if (!fresh && kept !== undefined && performance.now() - kept.at < KEEP_MS) return kept.slugs;
    const slugs = enumerate(fleet, targetTag);
    this.#kept.delete(deploy);
    this.#kept.set(deploy, { at: performance.now(), slugs });
    while (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value as string);
    try {
      return await slugs;
    } catch (error) {
      this.#kept.delete(deploy);
      throw error;
    }
  }

  forget(deploy: string): void {
    this.#kept.delete(deploy);
  }
}
