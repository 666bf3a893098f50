import type { TenantReport } from '../../control-plane/answer.ts';
import { sameSha } from '../../rollout/sha.ts';
import { judgeTenant, type Answer, type ReportedHealth, type Straggler } from '../../rollout/tenants.ts';
import type { History } from '../ancestry.ts';
import type { WaveInput } from '../contract.ts';
import { enumerate } from '../enumeration.ts';
import type { Fleet } from '../fleets.ts';
import { askAll, isOn, settle } from '../look.ts';
import type { Pulse } from '../pulse.ts';

/** Names in a sentence for people. */
const NAMED = 10;

/** What a wave found when its tenants had their time to settle. */
export interface Proof {
  readonly onTarget: number;
  readonly stragglers: readonly Straggler[];
  readonly gone: readonly string[];
  /** SHA of a tenant that somebody moved past the release. */
  readonly ahead?: string;
}

/** The tenants of one wave: who is left, what they answer, and what that makes of them. */
export class WaveTenants {
  readonly #fleet: Fleet;
  readonly #input: WaveInput;
  readonly #history: History;
  readonly #pulse: Pulse;
  /** Whether this wave may only go forward; a rollback's, and a way back's, may not only (design: superseded). */
  readonly #forward: boolean;
  readonly #health = new Map<string, ReportedHealth>();
  /** Tenants the last readable answer named; undefined while there was none. */
  #named: ReadonlySet<string> | undefined;
  #left: readonly string[];

  constructor(fleet: Fleet, input: WaveInput, history: History, pulse: Pulse) {
    this.#fleet = fleet;
    this.#input = input;
    this.#history = history;
    this.#pulse = pulse;
    this.#left = input.slugs;
    this.#forward = input.settings.kind !== 'rollback' && sameSha(input.sha, input.settings.sha);
  }

  /** Slugs that have not answered the release yet. */
  get left(): readonly string[] {
    return this.#left;
  }

  /** Slugs that have. */
  get proven(): string[] {
    const left = new Set(this.#left);
    return this.#input.slugs.filter((slug) => !left.has(slug));
  }

  /** Some arrived and others did not. */
  get isSplit(): boolean {
    return this.#left.length < this.#input.slugs.length;
  }

  /** Notes what the control plane says of the tenants of a call; a swap it reports proves nothing (I-14). */
  note(results: readonly TenantReport[]): void {
    for (const { slug, health } of results) this.#health.set(slug, health);
    this.#named = new Set(results.map((result) => result.slug));
  }

  /** Asks who is left. Returns the first that somebody moved past the release meanwhile (I-01). */
  async lookAgain(): Promise<{ slug: string; sha: string } | undefined> {
    const answers = await this.#ask();
    for (const slug of this.#left) {
      const answer = answers.get(slug);
      if (answer?.kind === 'sha' && (await this.#relationOf(answer)) === 'ahead')
        return { slug, sha: answer.sha };
    }
    return undefined;
  }

  /** A lost answer may belong to a call that still works: its tenants get the time to settle first (I-10). */
  async waitForEffect(): Promise<void> {
    const last = await this.#settle();
    this.#left = [...last.keys()];
  }

  /** Every tenant of the wave must answer the release within the settle budget (I-14, I-16). */
  async prove(warn: (text: string) => void): Promise<Proof> {
    const { stragglers, ahead, onTarget } = await this.#judge(this.#input.slugs, await this.#settle());
    const gone = await this.#gone(stragglers, warn);
    return {
      onTarget,
      stragglers: stragglers.filter(({ slug }) => !gone.has(slug)),
      gone: [...gone],
      ...(ahead === undefined ? {} : { ahead }),
    };
  }

  /** Who is not on the release after a wave that failed: told apart, and in words. */
  async lost(): Promise<{ stragglers: readonly Straggler[]; names: string }> {
    const answers = await this.#ask();
    const { stragglers } = await this.#judge(this.#left, answers);
    const more = this.#left.length - NAMED;
    const names = `${this.#left.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return { stragglers, names };
  }

  async #ask(): Promise<ReadonlyMap<string, Answer>> {
    const answers = await askAll(this.#fleet.config.file, this.#left);
    this.#left = this.#left.filter((slug) => !isOn(this.#input.sha, answers.get(slug)));
    return answers;
  }

  #settle(): Promise<ReadonlyMap<string, Answer>> {
    const { settings, sha } = this.#input;
    return settle(this.#fleet.config.file, sha, this.#left, settings, this.#pulse);
  }

  /** The verdict on tenants by their last answers; one without an answer here has proven itself before. */
  async #judge(slugs: readonly string[], answers: ReadonlyMap<string, Answer>) {
    const { sha, wave } = this.#input;
    const left = new Set(this.#left);
    const stragglers: Straggler[] = [];
    let ahead: string | undefined;
    let onTarget = 0;
    for (const slug of slugs) {
      const answer: Answer = answers.get(slug) ?? { kind: 'sha', sha };
      const state = judgeTenant({
        answer,
        relation: await this.#relationOf(answer),
        health: this.#health.get(slug) ?? 'unknown',
        ...(this.#named === undefined || !left.has(slug) ? {} : { inResults: this.#named.has(slug) }),
      });
      if (state === 'onTarget') onTarget += 1;
      else if (state === 'ahead') ahead = answer.kind === 'sha' ? answer.sha : undefined;
      else if (state !== 'gone')
        stragglers.push({ slug, state, wave, ...(answer.kind === 'sha' ? { sha: answer.sha } : {}) });
    }
    return { stragglers, ahead, onTarget };
  }

  /** Tenants that a fresh enumeration no longer lists are gone, not stragglers (I-17). Unreadable: nobody is gone. */
  async #gone(stragglers: readonly Straggler[], warn: (text: string) => void): Promise<ReadonlySet<string>> {
    if (!stragglers.some(({ state }) => state === 'unreachable' || state === 'missing')) return new Set();
    try {
      const listed = new Set(await enumerate(this.#fleet, this.#input.settings.tag));
      return new Set(stragglers.map(({ slug }) => slug).filter((slug) => !listed.has(slug)));
    } catch {
      warn('the fleet could not be enumerated again, so no tenant counts as gone');
      return new Set();
    }
  }

  async #relationOf(answer: Answer): Promise<'target' | 'other' | 'ahead'> {
    if (answer.kind !== 'sha') return 'other';
    if (sameSha(answer.sha, this.#input.sha)) return 'target';
    return this.#forward && (await this.#history.isAhead(answer.sha)) ? 'ahead' : 'other';
  }
}
