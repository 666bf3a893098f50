import * as wf from '@temporalio/workflow';
import { z } from 'zod';
import { formatDuration } from '../rollout/duration.ts';
import { actor, reason } from '../rollout/words.ts';
import { CalledBack, Ended, TurnedBack } from './ends.ts';
import { commandSignal, commandUpdate, COMMANDS, inFlightSignal, statusQuery } from './messages.ts';
import { parseMessage } from './parse.ts';
import { Place } from './place.ts';
import type { Run } from './run.ts';
import type { Asked, CommandName, Halt, InFlight, Receipt } from './status.ts';
import { possible, receiptOf, statusOf } from './whereabouts.ts';

const command = z.object({
  reason,
  actor,
  by: z
    .string()
    .regex(/^[0-9a-f]{7,40}$/i, 'expected a SHA')
    .optional(),
});
type Command = z.output<typeof command>;

const inFlightMessage = z.object({
  wave: z.int(),
  scope: z.string(),
  stage: z.enum(['sending', 'settling']),
  since: z.int().min(0).max(8_640_000_000_000_000),
});

/**
 * The wheel: what people tell a running deploy, and the places where it listens. A halt is answered only when it is
 * certain which call is out (I-32): a wave that has not sent yet is called back, one that has is named.
 */
export class Steering {
  readonly #run: Run;
  readonly place: Place;
  #scope: wf.CancellationScope | undefined;
  #sent: string | undefined;
  #acknowledged = false;
  #skipSoak = false;
  #deaf = false;
  /** The command that was obeyed last: whoever comes second is told of it. */
  #last: Asked | undefined;
  /** The command that was obeyed and that the deploy's end left undone. */
  #late: Asked | undefined;
  /** Time of the halt that the outside was told of. */
  #told: number | undefined;

  constructor(run: Run) {
    this.#run = run;
    this.place = new Place(run);
    const odd = (what: string): void => run.odd(what);
    wf.setHandler(statusQuery, () => statusOf(run));
    wf.setHandler(inFlightSignal, (message: unknown) => {
      const parsed = parseMessage(inFlightMessage, message, 'in-flight', odd);
      if (parsed === undefined || run.inFlight?.wave !== parsed.wave || parsed.scope !== this.#sent) return;
      run.inFlight = { ...run.inFlight, stage: parsed.stage, since: parsed.since };
      this.#acknowledged = true;
    });
    for (const name of COMMANDS) {
      wf.setHandler(commandSignal(name), (message: unknown) => {
        const parsed = parseMessage(command, message, name, odd);
        if (parsed === undefined) return;
        if (!this.#deaf && possible(run).includes(name)) this.#obey(name, parsed);
        else run.odd(`${name} was not possible: ${this.#refusal(name)}`, parsed.actor);
      });
      wf.setHandler(
        commandUpdate(name),
        async (message: unknown): Promise<Receipt> => {
          const asked = this.#obey(name, command.parse(message));
          await wf.CancellationScope.nonCancellable(() => wf.condition(() => this.#certain()));
          if (asked === this.#late)
            throw wf.ApplicationFailure.nonRetryable(
              `${name} came too late: the deploy ended ${run.state.outcome ?? 'meanwhile'}`,
              'greenlane.Refused',
            );
          return receiptOf(run);
        },
        { validator: (message: unknown) => this.#validate(name, message) },
      );
    }
    wf.setDefaultSignalHandler((name) => run.odd(`an unknown signal \`${name.slice(0, 100)}\``));
  }

  /** Commands are refused from here on: the deploy has its outcome. */
  close(): void {
    const { state } = this.#run;
    this.#deaf = true;
    this.#late = this.#run.asked;
    if (this.#late !== undefined) this.#run.note(`${this.#late.name} came too late`, this.#late.actor);
    this.#run.asked = undefined;
    delete state.halt;
  }

  /** Whether somebody wants the deploy to end or turn instead of waiting on. */
  get wished(): boolean {
    return this.#run.asked !== undefined;
  }

  /** Whether somebody was promised something that is to be done before the deploy ends by itself. */
  get pending(): boolean {
    const { state, asked } = this.#run;
    const { halt, calls, epoch } = state;
    const isPerson = asked !== undefined && asked.name !== 'supersede';
    return isPerson || (halt !== undefined && calls > 0 && epoch !== undefined);
  }

  /**
   * The place between two steps where a deploy may stop: ends, turns back, or stays halted until somebody resumes.
   * @throws Ended, TurnedBack
   */
  async boundary(): Promise<void> {
    const run = this.#run;
    for (;;) {
      const wish = run.asked;
      if (wish !== undefined) {
        run.asked = undefined;
        if (run.state.halt !== undefined) delete run.state.halt;
        if (wish.name === 'rollback') throw new TurnedBack(wish.reason, wish.actor);
        if (wish.name === 'supersede')
          throw new Ended('superseded', wish.reason, wish.by === undefined ? {} : { supersededBy: wish.by });
        throw new Ended(
          'halted',
          wish.name === 'reject'
            ? `rejected by ${wish.actor}: ${wish.reason}`
            : `aborted by ${wish.actor}: ${wish.reason}`,
        );
      }
      if (run.state.halt === undefined) return;
      await this.#stayHalted();
    }
  }

  /** Halts from inside: the kill switch was turned on, a call was refused. */
  halt(reason: string, actor: string): void {
    this.#run.state.halt = { reason, actor, at: Date.now() };
    this.#run.note(`halted: ${reason}`, actor);
  }

  /**
   * Runs a wave's activity so that a command can call it back before it has sent; `name` tells its tries apart.
   * @throws CalledBack when it was, and it is not known what an attempt before had sent.
   */
  async sending<T>(inFlight: InFlight, name: string, work: () => Promise<T>): Promise<T> {
    const run = this.#run;
    const scope = new wf.CancellationScope();
    this.#scope = scope;
    this.#sent = name;
    this.#acknowledged = false;
    run.inFlight = inFlight;
    run.show();
    try {
      return await scope.run(work);
    } catch (error) {
      const deployIsCancelled = wf.CancellationScope.current().consideredCancelled;
      if (error instanceof wf.ActivityFailure && scope.consideredCancelled && !deployIsCancelled)
        throw new CalledBack();
      throw error;
    } finally {
      this.#scope = undefined;
      run.inFlight = null;
    }
  }

  /**
   * Waits for work that has no side effect; true when it is done. A command gives it up at once: the deploy ends, or it
   * stays halted here and is to begin it anew.
   * @throws Ended, TurnedBack, and what the work throws
   */
  async unlessStopped(work: () => Promise<unknown>): Promise<boolean> {
    const scope = new wf.CancellationScope();
    const done = scope.run(work);
    let settled = false;
    const watch = done.then(
      () => void (settled = true),
      () => void (settled = true),
    );
    await wf.condition(() => settled || this.wished || this.#run.state.halt !== undefined);
    if (settled) {
      await done;
      return true;
    }
    scope.cancel();
    await watch;
    await this.boundary();
    return false;
  }

  /** A soak: a timer that a command or `skip-soak` cuts short; what is left of it is waited for after a resume. */
  async soak(): Promise<void> {
    const { state } = this.#run;
    this.#skipSoak = false;
    // The timer says when it is over: a second one of the milliseconds that a clock may lag would cost a second.
    for (let isOver = false; ;) {
      await this.boundary();
      const left = (state.soakUntil ?? 0) - Date.now();
      if (isOver || left <= 0 || this.#skipSoak) break;
      this.#run.enter('soak', `soaking for ${formatDuration(left)} before wave ${state.wave}`);
      const isCut = (): boolean => this.#skipSoak || this.wished || state.halt !== undefined;
      isOver = !(await wf.condition(isCut, left, { summary: `soak before wave ${state.wave}` }));
    }
    delete state.soakUntil;
  }

  async #stayHalted(): Promise<void> {
    const run = this.#run;
    const { state } = run;
    const halt = state.halt;
    if (halt === undefined) return;
    const left = halt.at + run.settings.haltDeadlineMs - Date.now();
    const choices = possible(run).join(', ');
    if (state.phase !== 'halted') {
      run.enter(
        'halted',
        `halted by ${halt.actor}: ${halt.reason}. Next: ${choices}. Ends by itself in ${formatDuration(left)}.`,
      );
    }
    this.#tellOf(halt);
    const moved = await wf.condition(() => this.wished || state.halt === undefined, Math.max(1, left), {
      summary: 'deadline of the halted deploy',
    });
    if (moved) {
      const last = this.#last;
      if (last?.name === 'resume') run.tell('pending', `resumed by ${last.actor}: ${last.reason}`);
      return;
    }
    delete state.halt;
    run.note(`nobody touched the halted deploy for ${formatDuration(run.settings.haltDeadlineMs)}`);
    throw new Ended(
      'halted',
      `halted by ${halt.actor} (${halt.reason}) and not touched for ${formatDuration(run.settings.haltDeadlineMs)}`,
      { freeze: state.calls > 0 },
    );
  }

  /** Told as soon as somebody says it, not when the call that is out has come back. */
  #tellOf(halt: Halt): void {
    if (this.#told === halt.at || this.#run.state.settings === undefined) return;
    this.#told = halt.at;
    this.#run.tell('pending', `halted by ${halt.actor}: ${halt.reason}`, 'halted');
  }

  #obey(name: CommandName, { reason, actor, by }: Command): Asked {
    const run = this.#run;
    const asked: Asked = { name, reason, actor, at: Date.now(), ...(by === undefined ? {} : { by }) };
    run.note(`${name}: ${reason}`, actor);
    this.#last = asked;
    if (run.asked !== undefined && name !== 'skip-soak' && name !== 'approve') {
      run.note(`${run.asked.name} gives way to ${name}`, actor);
      run.asked = undefined;
    }
    switch (name) {
      case 'halt':
        run.state.halt = { reason, actor, at: Date.now() };
        this.#scope?.cancel();
        this.#tellOf(run.state.halt);
        break;
      case 'resume':
        delete run.state.halt;
        run.state.ask = true;
        run.state.askAll = true;
        run.state.tries += 1;
        break;
      case 'skip-soak':
        this.#skipSoak = true;
        break;
      case 'approve':
        run.state.approved = true;
        break;
      case 'abort':
      case 'rollback':
      case 'reject':
        run.asked = asked;
        this.#scope?.cancel();
        break;
      case 'supersede':
        // The wave that is out, or about to be, is finished: the deploy stops at the next boundary.
        run.asked = asked;
        break;
    }
    run.show();
    return asked;
  }

  /** Whether it is certain that no call will start that has not: nothing is out, or the activity said what is. */
  #certain(): boolean {
    return this.#scope === undefined || !this.#scope.consideredCancelled || this.#acknowledged;
  }

  #validate(name: CommandName, message: unknown): void {
    const parsed = command.safeParse(message);
    if (!parsed.success)
      throw new Error(
        `${name}: ${parsed.error.issues[0]?.path.join('.') || 'payload'}: ${parsed.error.issues[0]?.message ?? 'not understood'}`,
      );
    if (this.#deaf || !possible(this.#run).includes(name)) throw new Error(this.#refusal(name));
  }

  #refusal(name: CommandName): string {
    const { state } = this.#run;
    const next = possible(this.#run);
    if (this.#deaf || state.phase === 'ended')
      return `cannot ${name}: the deploy has ended${state.outcome === undefined ? '' : ` ${state.outcome}`}; possible is a new one, or a rollback deploy that undoes it`;
    const last = this.#last;
    const first =
      last === undefined || (last.name === 'halt' && state.halt !== undefined)
        ? ''
        : `; ${last.actor} said ${last.name} before that (${last.reason})`;
    const where =
      state.halt === undefined
        ? `in phase \`${state.phase}\``
        : `halted by ${state.halt.actor} (${state.halt.reason})`;
    return `cannot ${name}: the deploy is ${where}${first}; possible is ${next.join(', ') || 'nothing until that is done'}`;
  }
}
