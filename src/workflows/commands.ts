import * as wf from '@temporalio/workflow';
import { commandMessage, type Command } from '../rollout/messages.ts';
import type { Ears } from './ears.ts';
import type { Flight } from './flight.ts';
import { commandSignal, commandUpdate, COMMANDS } from './messages.ts';
import { parseMessage, understood } from './parse.ts';
import type { Run } from './run.ts';
import type { Asked, CommandName, Receipt } from './status.ts';
import { possible, receiptOf } from './whereabouts.ts';

/**
 * What people tell a deploy, as signals and as updates of the same name: taken or refused by the state it is in. What
 * it comes to is in the run (`halt`, `asked`, `approved`); a halt is answered only when it is certain which call is out
 * (I-32).
 */
export class Commands {
  readonly #run: Run;
  readonly #flight: Flight;
  #deaf = false;
  /** The command that was obeyed last: whoever comes second is told of it. */
  #last: Asked | undefined;
  /** The command that was obeyed and that the deploy's end left undone. */
  #late: Asked | undefined;
  /** Somebody said `skip-soak`; for the soak to take back. */
  skipSoak = false;

  constructor(run: Run, ears: Ears, flight: Flight) {
    this.#run = run;
    this.#flight = flight;
    for (const name of COMMANDS) {
      ears.on(commandSignal(name), (message: unknown) => {
        const parsed = parseMessage(commandMessage, message, name, (what) => run.odd(what));
        if (parsed === undefined) return;
        if (!this.#deaf && possible(run).includes(name)) this.#obey(name, parsed);
        else run.odd(`${name} was not possible: ${this.#refusal(name)}`, parsed.actor);
      });
      wf.setHandler(commandUpdate(name), async (message: unknown) => this.#answer(name, message), {
        validator: (message: unknown) => this.#validate(name, message),
      });
    }
  }

  get last(): Asked | undefined {
    return this.#last;
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

  async #answer(name: CommandName, message: unknown): Promise<Receipt> {
    const run = this.#run;
    const asked = this.#obey(name, commandMessage.parse(message));
    await wf.CancellationScope.nonCancellable(() => wf.condition(() => this.#flight.certain));
    if (asked === this.#late)
      throw wf.ApplicationFailure.nonRetryable(
        `${name} came too late: the deploy ended ${run.state.outcome ?? 'meanwhile'}`,
        'greenlane.Refused',
      );
    return receiptOf(run);
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
        this.#flight.callBack();
        run.tellHalted();
        break;
      case 'resume':
        delete run.state.halt;
        run.state.ask = true;
        run.state.askAll = true;
        run.state.tries += 1;
        break;
      case 'skip-soak':
        this.skipSoak = true;
        break;
      case 'approve':
        run.state.approved = true;
        break;
      case 'abort':
      case 'rollback':
      case 'reject':
        run.asked = asked;
        this.#flight.callBack();
        break;
      case 'supersede':
        // The wave that is out, or about to be, is finished: the deploy stops at the next boundary.
        run.asked = asked;
        break;
    }
    run.show();
    return asked;
  }

  #validate(name: CommandName, message: unknown): void {
    understood(commandMessage, message, name);
    if (this.#deaf || !possible(this.#run).includes(name)) throw new Error(this.#refusal(name));
  }

  #refusal(name: CommandName): string {
    const { state } = this.#run;
    const next = possible(this.#run);
    const last = this.#last;
    // Whoever comes second learns who was first, also when the deploy has ended of it.
    const first =
      last === undefined || (last.name === 'halt' && state.halt !== undefined)
        ? ''
        : `; ${last.actor} said ${last.name} before that (${last.reason})`;
    if (this.#deaf || state.phase === 'ended')
      return `cannot ${name}: the deploy has ended${state.outcome === undefined ? '' : ` ${state.outcome}`}${first}; possible is a new one, or a rollback deploy that undoes it`;
    const where =
      state.halt === undefined
        ? `in phase \`${state.phase}\``
        : `halted by ${state.halt.actor} (${state.halt.reason})`;
    return `cannot ${name}: the deploy is ${where}${first}; possible is ${next.join(', ') || 'nothing until that is done'}`;
  }
}
