import * as wf from '@temporalio/workflow';
import { formatDuration } from '../rollout/duration.ts';
import { Commands } from './commands.ts';
import { Ears } from './ears.ts';
import { Ended, TurnedBack } from './ends.ts';
import { Flight } from './flight.ts';
import { statusQuery } from './messages.ts';
import { Place } from './place.ts';
import type { Run } from './run.ts';
import { possible, statusOf } from './whereabouts.ts';

/** The wheel: the places of a deploy where what people tell it takes effect. */
export class Steering {
  readonly #run: Run;
  readonly #commands: Commands;
  readonly place: Place;
  readonly flight: Flight;

  constructor(run: Run) {
    const ears = new Ears();
    this.#run = run;
    this.place = new Place(run, ears);
    this.flight = new Flight(run, ears);
    this.#commands = new Commands(run, ears, this.flight);
    wf.setHandler(statusQuery, () => statusOf(run));
    ears.open((name) => run.odd(`an unknown signal \`${name.slice(0, 100)}\``));
  }

  /** Commands are refused from here on: the deploy has its outcome. */
  close(): void {
    this.#commands.close();
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
    this.#commands.skipSoak = false;
    // The timer says when it is over: a second one of the milliseconds that a clock may lag would cost a second.
    for (let isOver = false; ;) {
      await this.boundary();
      const left = (state.soakUntil ?? 0) - Date.now();
      if (isOver || left <= 0 || this.#commands.skipSoak) break;
      this.#run.enter('soak', `soaking for ${formatDuration(left)} before wave ${state.wave}`);
      const isCut = (): boolean => this.#commands.skipSoak || this.wished || state.halt !== undefined;
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
    run.tellHalted();
    const moved = await wf.condition(() => this.wished || state.halt === undefined, Math.max(1, left), {
      summary: 'deadline of the halted deploy',
    });
    if (moved) {
      const { last } = this.#commands;
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
}
