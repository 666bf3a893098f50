import { Context } from '@temporalio/activity';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CallAnswer } from '../../control-plane/answer.ts';
import { CALL_ATTEMPTS } from '../../rollout/waves.ts';
import { History } from '../ancestry.ts';
import type { Activities, WaveInput, WaveResult } from '../contract.ts';
import { faultPoint } from '../fault-points.ts';
import { wasReset } from '../fence.ts';
import type { Fleet, Fleets } from '../fleets.ts';
import { Pulse } from '../pulse.ts';
import { checks, type Stop } from './checks.ts';
import { backOff, inWords, mayStillWork, MOST_SPENT, wasSpent } from './doubt.ts';
import { sayCallOver, sayInFlight } from './in-flight.ts';
import { WaveTenants } from './tenants.ts';

/** One wave: ask where in doubt, look at the switch and the head, call at once, and prove it by `/buildinfo`. */
export function rollWave(fleets: Fleets): Activities['rollWave'] {
  return async (input) => {
    const context = Context.current();
    const { attempt, heartbeatDetails } = context.info;
    const before = trail.safeParse(heartbeatDetails);
    // An attempt that did not say that it ended without sending may have sent (I-09, I-31).
    const clean =
      attempt === 1
        ? !(await wasReset())
        : before.success && before.data.clean && before.data.attempt === attempt - 1;
    const pulse = new Pulse({ attempt, clean: false });
    const wave = new Wave(fleets.get(input.settings.fleet), input, pulse, !clean);
    try {
      return await wave.roll();
    } catch (error) {
      if (!wave.maySent) pulse.leave({ attempt, clean: true });
      throw error;
    } finally {
      pulse.stop();
      await sayCallOver(context, input);
    }
  };
}

/** What an attempt leaves to the next one. */
const trail = z.object({ attempt: z.number(), clean: z.boolean() });

/** The calls of one wave, and when to stop calling. */
class Wave {
  readonly #fleet: Fleet;
  readonly #input: WaveInput;
  readonly #pulse: Pulse;
  readonly #context = Context.current();
  readonly #history: History;
  readonly #tenants: WaveTenants;
  readonly #mayHaveSent: boolean;
  readonly #warnings = new Set<string>();
  #calls = 0;
  #controlPlaneMs = 0;
  #stage: 'checking' | 'sending' | 'settling' = 'checking';
  #stageSince = Date.now();

  /** `mayHaveSent`: an earlier attempt of this activity may have sent a call. */
  constructor(fleet: Fleet, input: WaveInput, pulse: Pulse, mayHaveSent: boolean) {
    this.#fleet = fleet;
    this.#input = input;
    this.#pulse = pulse;
    this.#history = new History(fleet.forge, input.settings);
    this.#tenants = new WaveTenants(fleet, input, this.#history, pulse);
    this.#mayHaveSent = mayHaveSent;
    pulse.signal.addEventListener('abort', () => {
      if (this.#stage !== 'checking') void sayInFlight(this.#context, input, this.#stage, this.#stageSince);
    });
  }

  /** Whether a call went out, or may have: by this attempt or one before it. */
  get maySent(): boolean {
    return this.#mayHaveSent || this.#calls > 0;
  }

  async roll(): Promise<WaveResult> {
    const tenants = this.#tenants;
    // A worker that died may have sent: the tenants are asked before anything is sent again (I-31).
    let ask = this.#input.ask || this.#mayHaveSent;
    let spent = 0;
    for (let attempt = 1; attempt <= CALL_ATTEMPTS; attempt += 1) {
      const moved = ask ? await this.#lookAgain() : undefined;
      if (tenants.left.length === 0) return this.#prove();
      const stop = moved ?? (await this.#checks());
      if (stop !== undefined) return { ...stop, ...this.#facts(), onTarget: this.#proven() };
      const answer = await this.#call();
      switch (answer.kind) {
        case 'answered':
          return this.#prove();
        case 'refused':
          return this.#failed(`the control plane refused the call with status ${answer.status}`);
        case 'doubt':
          ask = true;
          this.#warn(`call ${attempt} of ${CALL_ATTEMPTS}: ${inWords(answer)}`);
          if (mayStillWork(answer)) {
            await tenants.waitForEffect();
            if (tenants.left.length === 0) return this.#prove();
          }
          if (!answer.transient) return this.#failed(`${inWords(answer)}; another call would not help`);
          if (wasSpent(answer)) spent += 1;
          if (spent === MOST_SPENT) return this.#prove();
          if (attempt < CALL_ATTEMPTS) await this.#pulse.pause(answer.retryAfterMs ?? backOff(attempt));
      }
    }
    await this.#lookAgain();
    // Some arrived, so it is not the control plane that does not work: the others are stragglers (I-12).
    if (tenants.isSplit) return this.#prove();
    return this.#failed(
      `the control plane gave no usable answer to ${CALL_ATTEMPTS} calls (last: ${[...this.#warnings].at(-1)})`,
    );
  }

  async #checks(): Promise<Stop | undefined> {
    await this.#pulse.mustBeCurrent();
    const warn = (text: string): void => this.#warn(text);
    const stop = await checks(this.#fleet, this.#input, this.#history, this.maySent, warn);
    if (stop !== undefined || !this.#pulse.stopping) return stop;
    return { kind: 'stopped', by: 'steering', reason: 'called back before it was sent' };
  }

  async #call(): Promise<CallAnswer> {
    const { settings, wave, tag, epoch, scope } = this.#input;
    const { left } = this.#tenants;
    const { workflowExecution } = this.#context.info;
    // The same tenants in the same try are the same effect, so a control plane that knows the key does it once.
    const which = createHash('sha256').update(left.join(',')).digest('hex').slice(0, 12);
    this.#pulse.mustBeOurs(settings.postTimeoutMs);
    faultPoint('sending');
    this.#enter('sending');
    this.#calls += 1;
    const began = performance.now();
    const answer = await this.#fleet.controlPlane.redeploy({
      targetTag: tag,
      slugs: left,
      idempotencyKey: `${workflowExecution?.workflowId}/${wave}/${scope}-${which}`,
      epoch,
      timeoutMs: settings.postTimeoutMs,
    });
    this.#controlPlaneMs += Math.round(performance.now() - began);
    faultPoint('answered');
    this.#enter('settling');
    if (answer.kind === 'answered') {
      this.#tenants.note(answer.results);
      if (answer.ignored > 0)
        this.#warn(`the answer named ${answer.ignored} tenants that were not asked for; ignored`);
    }
    return answer;
  }

  /** A tenant that somebody moved forward meanwhile stops the wave: nobody is taken backwards (I-01). */
  async #lookAgain(): Promise<Stop | undefined> {
    const ahead = await this.#tenants.lookAgain();
    if (ahead === undefined) return undefined;
    const reason = `${ahead.slug} was moved to ${ahead.sha.slice(0, 7)}, which is newer, by somebody else`;
    return { kind: 'stopped', by: 'superseded', reason, sha: ahead.sha };
  }

  async #prove(): Promise<WaveResult> {
    this.#enter('settling');
    const proof = await this.#tenants.prove((text) => this.#warn(text));
    return { kind: 'rolled', ...proof, ...this.#facts() };
  }

  async #failed(why: string): Promise<WaveResult> {
    const { stragglers, names } = await this.#tenants.lost();
    const reason = `${why}; not on the release: ${names}`;
    return { kind: 'failed', reason, ...this.#facts(), stragglers, onTarget: this.#proven() };
  }

  /** Whoever was told what is out is told when that changes. */
  #enter(stage: 'sending' | 'settling'): void {
    if (this.#stage === stage) return;
    this.#stage = stage;
    this.#stageSince = Date.now();
    void sayInFlight(this.#context, this.#input, stage, this.#stageSince);
  }

  /** Tenants that were never asked have proven nothing. */
  #proven(): string[] {
    return this.maySent || this.#input.ask ? this.#tenants.proven : [];
  }

  #warn(text: string): void {
    this.#warnings.add(text);
  }

  #facts() {
    return {
      calls: this.#calls + (this.#mayHaveSent ? 1 : 0),
      controlPlaneMs: this.#controlPlaneMs,
      warnings: [...this.#warnings].slice(0, MOST_WARNINGS),
    };
  }
}

const MOST_WARNINGS = 20;
