import { Context } from '@temporalio/activity';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CallAnswer } from '../control-plane/answer.ts';
import { ForgeError } from '../forge/index.ts';
import { sameSha } from '../rollout/sha.ts';
import { judgeTenant, type Answer, type ReportedHealth, type Straggler } from '../rollout/tenants.ts';
import { lockId } from '../workflows/lock-id.ts';
import { callOverSignal, inFlightSignal } from '../workflows/messages.ts';
import { CALL_ATTEMPTS } from '../rollout/waves.ts';
import { History } from './ancestry.ts';
import type { Activities, WaveInput, WaveResult } from './contract.ts';
import { enumerate } from './enumeration.ts';
import { unsure } from './failure.ts';
import { fence, wasReset } from './fence.ts';
import type { Fleet, Fleets } from './fleets.ts';
import { askAll, isOn, settle } from './look.ts';
import { newerHead, readKillSwitch } from './preflight.ts';
import { Pulse } from './pulse.ts';

/** One wave: ask where in doubt, look at the switch and the head, call at once, and prove it by `/buildinfo`. */
export function rollWave(fleets: Fleets): Activities['rollWave'] {
  return async (input) => {
    const { attempt, heartbeatDetails } = Context.current().info;
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
      await sayCallOver(input);
    }
  };
}

/** The deploy was terminated while its call was out: the lock keeps the fleet until it hears that this is over (I-30). */
async function sayCallOver({ settings, runId }: WaveInput): Promise<void> {
  const { cancellationDetails, client, info } = Context.current();
  if (cancellationDetails?.notFound !== true || info.workflowExecution === undefined) return;
  await client.workflow
    .getHandle(lockId(settings.fleet))
    .signal(callOverSignal, { workflowId: info.workflowExecution.workflowId, runId })
    .catch(() => undefined);
}

/** What an attempt leaves to the next one. */
const trail = z.object({ attempt: z.number(), clean: z.boolean() });

type Stop = Omit<
  Extract<WaveResult, { kind: 'stopped' }>,
  'calls' | 'controlPlaneMs' | 'warnings' | 'onTarget'
>;

class Wave {
  readonly #fleet: Fleet;
  readonly #input: WaveInput;
  readonly #pulse: Pulse;
  readonly #context = Context.current();
  readonly #mayHaveSent: boolean;
  readonly #history: History;
  /** Whether this wave may only go forward; a rollback's, and a way back's, may not only (design: superseded). */
  readonly #forward: boolean;
  readonly #health = new Map<string, ReportedHealth>();
  readonly #warnings: string[] = [];
  /** Tenants the last readable answer named; undefined while there was none. */
  #named: ReadonlySet<string> | undefined;
  #left: readonly string[];
  #calls = 0;
  #controlPlaneMs = 0;
  #stage: 'checking' | 'sending' | 'settling' = 'checking';

  /** `mayHaveSent`: an earlier attempt of this activity may have sent a call. */
  constructor(fleet: Fleet, input: WaveInput, pulse: Pulse, mayHaveSent: boolean) {
    this.#mayHaveSent = mayHaveSent;
    this.#fleet = fleet;
    this.#input = input;
    this.#pulse = pulse;
    this.#left = input.slugs;
    this.#history = new History(fleet.forge, input.settings);
    this.#forward = input.settings.kind !== 'rollback' && sameSha(input.sha, input.settings.sha);
    // Told to stop while the call is out: say so, since the receipt of the halt waits for it (I-32).
    pulse.signal.addEventListener('abort', () => void this.#sayInFlight());
  }

  /** Whether a call went out, or may have: by this attempt or one before it. */
  get maySent(): boolean {
    return this.#mayHaveSent || this.#calls > 0;
  }

  async roll(): Promise<WaveResult> {
    // A worker that died may have sent: the tenants are asked before anything is sent again (I-31).
    let ask = this.#input.ask || this.#mayHaveSent;
    let spent = 0;
    for (let attempt = 1; attempt <= CALL_ATTEMPTS; attempt += 1) {
      const ahead = ask ? await this.#lookAgain() : undefined;
      if (this.#left.length === 0) return this.#prove();
      const stop = ahead ?? (await this.#checks());
      if (stop !== undefined) return { ...stop, ...this.#facts(), onTarget: this.#proven() };
      const answer = await this.#call();
      switch (answer.kind) {
        case 'answered':
          return this.#prove();
        case 'refused':
          return this.#failed(`the control plane refused the call with status ${answer.status}`);
        case 'doubt':
          ask = true;
          this.#warnings.push(`call ${attempt} of ${CALL_ATTEMPTS}: ${inWords(answer)}`);
          if (mayStillWork(answer)) await this.#waitForEffect();
          if (this.#left.length === 0) return this.#prove();
          if (!answer.transient) return this.#failed(`${inWords(answer)}; another call would not help`);
          if (answer.why === 'timeout' && answer.sent) spent += 1;
          if (spent === MOST_SPENT) return this.#prove();
          if (attempt < CALL_ATTEMPTS) await this.#pulse.pause(answer.retryAfterMs ?? backOff(attempt));
      }
    }
    await this.#lookAgain();
    // Some arrived, so it is not the control plane that does not work: the others are stragglers (I-12).
    if (this.#left.length < this.#input.slugs.length) return this.#prove();
    return this.#failed(
      `the control plane gave no usable answer to ${CALL_ATTEMPTS} calls (last: ${this.#warnings.at(-1)})`,
    );
  }

  async #failed(reason: string): Promise<WaveResult> {
    const answers = await askAll(this.#fleet.config.file, this.#left);
    this.#left = this.#left.filter((slug) => !isOn(this.#input.sha, answers.get(slug)));
    const { stragglers } = await this.#judge(this.#left, answers);
    const names = `${this.#left.slice(0, 10).join(', ')}${this.#left.length > 10 ? ` and ${this.#left.length - 10} more` : ''}`;
    return {
      kind: 'failed',
      reason: `${reason}; not on the release: ${names}`,
      ...this.#facts(),
      stragglers,
      onTarget: this.#proven(),
    };
  }

  /** Everything that may stop a call, read right before it (design: canary, soak, waves). */
  async #checks(): Promise<Stop | undefined> {
    const { settings, guarded, runId, epoch } = this.#input;
    const lost = await fence({ fleet: settings.fleet, runId, epoch }, this.maySent);
    if (lost !== undefined) return { kind: 'stopped', by: 'fenced', reason: lost };
    if (guarded) {
      try {
        const { supersede, branch } = settings;
        const head =
          supersede === 'head' ? await newerHead(this.#fleet.forge, settings, this.#history) : undefined;
        // The switch is read last: nothing fits between this look and the call (I-09).
        const killSwitch = await readKillSwitch(this.#fleet, settings);
        if (killSwitch.warning !== undefined) this.#warnings.push(killSwitch.warning);
        if (killSwitch.on) return { kind: 'stopped', by: 'kill-switch', reason: killSwitch.why };
        if (head !== undefined) {
          const reason = `${head.slice(0, 7)} is the head of ${branch}`;
          return { kind: 'stopped', by: 'superseded', reason, sha: head };
        }
      } catch (error) {
        // Unreadable is not "off" (I-07): no call; the activity is tried again, and then the deploy stops.
        if (error instanceof ForgeError)
          throw unsure(
            'KillSwitchUnreadable',
            `the kill switch could not be read, so nothing more was sent: ${error.message}`,
            error.retryAfterMs,
            [{ sent: this.maySent }],
          );
        throw error;
      }
    }
    if (this.#pulse.stopping)
      return { kind: 'stopped', by: 'steering', reason: 'called back before it was sent' };
    return undefined;
  }

  async #call() {
    const { settings, wave, tag, epoch, scope } = this.#input;
    const { workflowExecution } = this.#context.info;
    // The same tenants in the same try are the same effect, so a control plane that knows the key does it once.
    const which = createHash('sha256').update(this.#left.join(',')).digest('hex').slice(0, 12);
    this.#pulse.mustBeOurs(settings.postTimeoutMs);
    this.#stage = 'sending';
    this.#calls += 1;
    const began = Date.now();
    const answer = await this.#fleet.controlPlane.redeploy({
      targetTag: tag,
      slugs: this.#left,
      idempotencyKey: `${workflowExecution?.workflowId}/${wave}/${scope}-${which}`,
      epoch,
      timeoutMs: settings.postTimeoutMs,
    });
    this.#controlPlaneMs += Date.now() - began;
    this.#stage = 'settling';
    if (answer.kind === 'answered') {
      for (const { slug, health } of answer.results) this.#health.set(slug, health);
      this.#named = new Set(answer.results.map((result) => result.slug));
      if (answer.ignored > 0)
        this.#warnings.push(`the answer named ${answer.ignored} tenants that were not asked for; ignored`);
    }
    return answer;
  }

  /** Asks who is left; a tenant that somebody moved forward meanwhile stops the wave (I-01). */
  async #lookAgain(): Promise<Stop | undefined> {
    const answers = await askAll(this.#fleet.config.file, this.#left);
    this.#left = this.#left.filter((slug) => !isOn(this.#input.sha, answers.get(slug)));
    for (const slug of this.#left) {
      const answer = answers.get(slug);
      if (answer?.kind !== 'sha' || (await this.#relationOf(answer)) !== 'ahead') continue;
      const reason = `${slug} was moved to ${answer.sha.slice(0, 7)}, which is newer, by somebody else`;
      return { kind: 'stopped', by: 'superseded', reason, sha: answer.sha };
    }
    return undefined;
  }

  /** A lost answer may belong to a call that still works: its tenants get the time to settle first (I-10). */
  async #waitForEffect(): Promise<void> {
    const { settings, sha } = this.#input;
    const last = await settle(this.#fleet.config.file, sha, this.#left, settings, this.#pulse);
    this.#left = [...last.keys()];
  }

  /** Every tenant of the wave must answer the release; what the control plane says of a swap proves nothing (I-14). */
  async #prove(): Promise<WaveResult> {
    const { settings, slugs, sha } = this.#input;
    this.#stage = 'settling';
    const suspects = slugs.filter((slug) => this.#left.includes(slug));
    const last = await settle(this.#fleet.config.file, sha, suspects, settings, this.#pulse);
    const { stragglers, ahead, onTarget } = await this.#judge(slugs, last);
    const gone = await this.#gone(stragglers);
    return {
      kind: 'rolled',
      onTarget,
      stragglers: stragglers.filter((straggler) => !gone.has(straggler.slug)),
      gone: [...gone],
      ...(ahead === undefined ? {} : { ahead }),
      ...this.#facts(),
    };
  }

  /** The verdict on tenants by their last answers; one without an answer here has proven itself before. */
  async #judge(slugs: readonly string[], answers: ReadonlyMap<string, Answer>) {
    const { sha, wave } = this.#input;
    const stragglers: Straggler[] = [];
    let ahead: string | undefined;
    let onTarget = 0;
    for (const slug of slugs) {
      const answer: Answer = answers.get(slug) ?? { kind: 'sha', sha };
      const state = judgeTenant({
        answer,
        relation: await this.#relationOf(answer),
        health: this.#health.get(slug) ?? 'unknown',
        ...(this.#named === undefined || !this.#left.includes(slug)
          ? {}
          : { inResults: this.#named.has(slug) }),
      });
      if (state === 'onTarget') onTarget += 1;
      else if (state === 'ahead') ahead = answer.kind === 'sha' ? answer.sha : undefined;
      else if (state !== 'gone')
        stragglers.push({ slug, state, wave, ...(answer.kind === 'sha' ? { sha: answer.sha } : {}) });
    }
    return { stragglers, ahead, onTarget };
  }

  /** Tenants that a fresh enumeration no longer lists are gone, not stragglers (I-17). Unreadable: nobody is gone. */
  async #gone(stragglers: readonly Straggler[]): Promise<ReadonlySet<string>> {
    if (!stragglers.some((one) => one.state === 'unreachable' || one.state === 'missing')) return new Set();
    try {
      const listed = new Set(await enumerate(this.#fleet, this.#input.settings.tag));
      return new Set(stragglers.map((one) => one.slug).filter((slug) => !listed.has(slug)));
    } catch {
      this.#warnings.push('the fleet could not be enumerated again, so no tenant counts as gone');
      return new Set();
    }
  }

  async #relationOf(answer: Answer): Promise<'target' | 'other' | 'ahead'> {
    if (answer.kind !== 'sha') return 'other';
    if (sameSha(answer.sha, this.#input.sha)) return 'target';
    return this.#forward && (await this.#history.isAhead(answer.sha)) ? 'ahead' : 'other';
  }

  #proven(): string[] {
    const left = new Set(this.#left);
    return !this.maySent && !this.#input.ask ? [] : this.#input.slugs.filter((slug) => !left.has(slug));
  }

  #facts() {
    return {
      calls: this.#calls + (this.#mayHaveSent ? 1 : 0),
      controlPlaneMs: this.#controlPlaneMs,
      warnings: [...new Set(this.#warnings)].slice(0, 20),
    };
  }

  async #sayInFlight(): Promise<void> {
    const { cancellationDetails, client, info } = this.#context;
    if (
      this.#stage === 'checking' ||
      cancellationDetails?.cancelRequested !== true ||
      info.workflowExecution === undefined
    )
      return;
    const { wave, scope } = this.#input;
    const message = { wave, scope, stage: this.#stage, since: Date.now() };
    // When this cannot be delivered the receipt waits for the wave's end instead: later, never wrong.
    await client.workflow
      .getHandle(info.workflowExecution.workflowId)
      .signal(inFlightSignal, message)
      .catch(() => undefined);
  }
}

/** A call that ran out of its whole budget twice: the control plane works, and whoever is left is wedged (I-12). */
const MOST_SPENT = 2;

type DoubtfulAnswer = Extract<CallAnswer, { kind: 'doubt' }>;

function inWords({ why, status }: DoubtfulAnswer): string {
  return why === 'status'
    ? `status ${status}`
    : `${why.replaceAll('-', ' ')}${status === undefined ? '' : ` (status ${status})`}`;
}

/** Whether the call may still be at work: its tenants get the time to settle before anything is sent again. */
function mayStillWork({ why, sent, status, transient }: DoubtfulAnswer): boolean {
  return sent && (why !== 'status' || status === 504 || !transient);
}

/** 1 s, 4 s, 16 s: a control plane that comes and goes with its upstream is back by then (I-11). */
function backOff(attempt: number): number {
  return 1_000 * 4 ** (attempt - 1);
}
