import * as wf from '@temporalio/workflow';
import { adopt, type Found } from '../rollout/lock/adoption.ts';
import { packLock, unpackLock, type CarriedLock } from '../rollout/lock/carry.ts';
import { emptyLock, recordOddity, type LockState } from '../rollout/lock/state.ts';
import { viewOf, type LockView } from '../rollout/lock/view.ts';
import { lockDetails } from './details.ts';

/** A run of the lock goes on as a new one at this many events: well below 5,000, also while signals rain. */
const MOST_EVENTS = 1_500;

/** One run of the fleet lock: its state, and the messages that wait until that is known. */
export class LockRun {
  #state: LockState;
  #starting: boolean;
  readonly #early: (() => void)[] = [];
  /** Rises with every change of the state. */
  changes = 0;

  constructor(fleet: string, carried: CarriedLock | undefined) {
    this.#state = carried === undefined ? emptyLock(fleet) : unpackLock(carried);
    this.#starting = carried === undefined;
  }

  get state(): LockState {
    return this.#state;
  }

  /** Whether it does not know yet what the lock before it knew; nothing is granted until then. */
  get starting(): boolean {
    return this.#starting;
  }

  get historyIsLong(): boolean {
    const { continueAsNewSuggested, historyLength } = wf.workflowInfo();
    return continueAsNewSuggested || historyLength > MOST_EVENTS;
  }

  become(next: LockState): void {
    if (next === this.#state) return;
    this.#state = next;
    this.changes += 1;
    wf.setCurrentDetails(lockDetails(this.view(20)));
  }

  /** Records what could not be understood; it is shown and harms nobody. */
  odd(what: string): void {
    this.become(recordOddity(this.#state, what, Date.now()));
  }

  /** Does what a message says: at once, or as soon as the state it is to change is known. In order, and none lost. */
  take(work: () => void): void {
    if (this.#starting) this.#early.push(work);
    else work();
  }

  /** Takes over what was found of the lock before this one, then what has been said since. */
  adopt(found: Omit<Found, 'former'> & { readonly former?: CarriedLock }): void {
    const { former, ...rest } = found;
    const known = former === undefined ? rest : { ...rest, former: unpackLock(former) };
    this.become(adopt(this.#state, known, Date.now()));
    this.#starting = false;
    for (const work of this.#early.splice(0)) work();
    this.changes += 1;
  }

  view(limit?: unknown): LockView {
    const view = viewOf(this.#state, Date.now(), limit);
    return this.#starting ? { ...view, starting: true } : view;
  }

  /** The whole state, for the next run or the lock after this one. */
  carry(): CarriedLock {
    return packLock(this.#state);
  }
}
