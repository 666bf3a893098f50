import * as wf from '@temporalio/workflow';
import { holdMessages } from '../rollout/lock/messages.ts';
import type { LockState } from '../rollout/lock/state.ts';
import type { LockView } from '../rollout/lock/view.ts';
import type { Ears } from './ears.ts';
import type { LockRun } from './lock-run.ts';
import { HOLDS, holdSignal, holdUpdate, type HoldName } from './messages.ts';
import { parseMessage, understood } from './parse.ts';

interface HoldMessage {
  readonly reason: string;
  readonly actor: string;
  readonly tag?: string | undefined;
  readonly until?: number | undefined;
}

/** What people put on a fleet and take off it: pin and freeze, as updates, and as signals typed by hand. */
export function listenForHolds(run: LockRun, ears: Ears): void {
  for (const name of HOLDS) {
    ears.on(holdSignal(name), (message: unknown) => {
      run.take(() => {
        const parsed = parseMessage(holdMessages[name], message, name, (what) => run.odd(what));
        if (parsed === undefined) return;
        const refusal = whyNot(run.state, name, parsed);
        if (refusal === undefined) run.become(hold(run.state, name, parsed));
        else run.odd(refusal);
      });
    });
    wf.setHandler(
      holdUpdate(name),
      async (message: unknown): Promise<LockView> => {
        const parsed = holdMessages[name].parse(message);
        await wf.CancellationScope.nonCancellable(() => wf.condition(() => !run.starting));
        const refusal = whyNot(run.state, name, parsed);
        if (refusal !== undefined) throw wf.ApplicationFailure.nonRetryable(refusal, 'greenlane.Refused');
        run.become(hold(run.state, name, parsed));
        return run.view(20);
      },
      { validator: (message: unknown) => refuse(run, name, message) },
    );
  }
}

/** Update validator: synchronous, read only; what it throws is what the person reads. */
function refuse(run: LockRun, name: HoldName, message: unknown): void {
  const parsed = understood(holdMessages[name], message, name);
  const refusal = run.starting ? undefined : whyNot(run.state, name, parsed);
  if (refusal !== undefined) throw new Error(refusal);
}

/** Why a hold cannot be put on or taken off as things stand: of two people at once the second is told of the first. */
function whyNot(state: LockState, name: HoldName, { tag, until }: HoldMessage): string | undefined {
  const now = Date.now();
  const { pin } = state;
  const freeze = state.freeze?.until !== undefined && state.freeze.until <= now ? undefined : state.freeze;
  switch (name) {
    case 'pin':
      return pin === undefined || pin.tag === tag
        ? undefined
        : `pin: the fleet is pinned to ${pin.tag} by ${pin.actor} (${pin.reason}); unpin it first`;
    case 'unpin':
      return pin === undefined ? 'unpin: the fleet is not pinned' : undefined;
    case 'freeze':
      if (until !== undefined && until <= now) return 'freeze: `until` is in the past';
      return freeze === undefined
        ? undefined
        : `freeze: the fleet is frozen by ${freeze.actor} (${freeze.reason})${freeze.until === undefined ? '' : ` until ${new Date(freeze.until).toISOString()}`}; unfreeze it first`;
    case 'unfreeze':
      return freeze === undefined ? 'unfreeze: the fleet is not frozen' : undefined;
  }
}

function hold(state: LockState, name: HoldName, { reason, actor, tag, until }: HoldMessage): LockState {
  const { pin: _pin, ...unpinned } = state;
  const { freeze: _freeze, ...unfrozen } = state;
  const at = Date.now();
  switch (name) {
    case 'pin':
      return { ...state, pin: { tag: tag as string, reason, actor, at } };
    case 'unpin':
      return unpinned;
    case 'freeze':
      return { ...state, freeze: { reason, actor, at, ...(until === undefined ? {} : { until }) } };
    case 'unfreeze':
      return unfrozen;
  }
}
