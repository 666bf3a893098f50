import * as wf from '@temporalio/workflow';
import type { Grant, LockActivities } from '../activities/contract.ts';
import { packLock, unpackLock, type CarriedLock } from '../rollout/lock/carry.ts';
import { nextChange } from '../rollout/lock/holds.ts';
import { holdMessages, releaseMessage, requestMessage, withdrawMessage } from '../rollout/lock/messages.ts';
import { emptyLock, recordOddity, sameDeploy, type Holder, type LockState } from '../rollout/lock/state.ts';
import * as lock from '../rollout/lock/transitions.ts';
import { viewOf } from '../rollout/lock/view.ts';
import { lockDetails } from './details.ts';
import {
  grantSignal,
  HOLDS,
  holdSignal,
  holdUpdate,
  lockQuery,
  releaseSignal,
  requestSignal,
  withdrawSignal,
  type HoldName,
} from './messages.ts';
import { parseMessage } from './parse.ts';

export interface FleetLockInput {
  readonly fleet: string;
  /** The state of the run before; absent for a lock that is new, or was lost. */
  readonly state?: CarriedLock;
}

/** A run of the lock goes on as a new one at this many events, far below what Temporal allows. */
const MOST_EVENTS = 3_000;

const activities = wf.proxyActivities<LockActivities>({
  startToCloseTimeout: '1 minute',
  // One look fails retryably while the holder runs, so waiting costs no slot and no history.
  retry: { initialInterval: '2s', backoffCoefficient: 1, maximumInterval: '5s' },
});

/**
 * The fleet lock: one workflow per fleet that lives for ever and grants the fleet to one deploy at a time, in order
 * (I-03, I-29, I-30). There is no lease: the fleet is free when its holder gave it back, or when Temporal says that
 * the holder's chain of runs is closed. Everything it decides is in rollout/lock/.
 */
export async function fleetLock(input: FleetLockInput): Promise<void> {
  let state: LockState = input.state === undefined ? emptyLock(input.fleet) : unpackLock(input.state);
  let changes = 0;
  let watched: { epoch: number; scope: wf.CancellationScope } | undefined;
  const unanswered: Holder[] = [];

  const become = (next: LockState): void => {
    if (next === state) return;
    state = next;
    changes += 1;
    wf.setCurrentDetails(lockDetails(viewOf(state, Date.now(), 20)));
  };
  const odd = (what: string): void => become(recordOddity(state, what, Date.now()));

  wf.setHandler(requestSignal, (message: unknown) => {
    const parsed = parseMessage(requestMessage, message, 'request', odd);
    if (parsed === undefined) return;
    const { closures, ...entry } = parsed;
    become(lock.request(state, { ...entry, requestedAt: Date.now() }, closures));
    // The holder asks again: its grant was lost, or it was reset. It hears the grant once more.
    if (state.holder !== undefined && sameDeploy(state.holder, entry)) unanswered.push(state.holder);
  });
  wf.setHandler(withdrawSignal, (message: unknown) => {
    const parsed = parseMessage(withdrawMessage, message, 'withdraw', odd);
    if (parsed !== undefined) become(lock.withdraw(state, parsed));
  });
  wf.setHandler(releaseSignal, (message: unknown) => {
    const parsed = parseMessage(releaseMessage, message, 'release', odd);
    if (parsed === undefined) return;
    const { pin, freeze, ...rest } = parsed;
    const held = state.holder !== undefined && sameDeploy(state.holder, parsed);
    become(lock.release(state, rest as lock.Release, Date.now()));
    if (held && pin !== undefined) become({ ...state, pin: { ...pin, at: Date.now() } });
    if (held && freeze !== undefined) become({ ...state, freeze: { ...freeze, at: Date.now() } });
  });
  for (const name of HOLDS) {
    wf.setHandler(holdSignal(name), (message: unknown) => {
      const parsed = parseMessage(holdMessages[name], message, name, odd);
      if (parsed !== undefined) become(hold(state, name, parsed));
    });
    wf.setHandler(
      holdUpdate(name),
      (message: unknown) => {
        become(hold(state, name, holdMessages[name].parse(message)));
        return viewOf(state, Date.now(), 20);
      },
      { validator: (message: unknown) => refuseUnusable(state, name, message) },
    );
  }
  wf.setHandler(lockQuery, (limit?: number) => viewOf(state, Date.now(), limit));
  wf.setDefaultSignalHandler((name) => odd(`an unknown signal \`${name.slice(0, 100)}\``));

  if (input.state === undefined) {
    const found = await activities.findHolder({ fleet: input.fleet });
    // Read after the wait: what was said to the lock meanwhile is part of its state.
    become(adopt(state, found));
  }

  for (;;) {
    watchHolder();
    const again = unanswered.shift();
    if (again !== undefined) {
      await hand(again);
      continue;
    }
    const granted = lock.grantNext(state, Date.now());
    if (granted !== undefined) {
      become(granted.state);
      watchHolder();
      await hand(granted.holder);
      continue;
    }
    if (wf.workflowInfo().continueAsNewSuggested || wf.workflowInfo().historyLength > MOST_EVENTS) {
      await wf.condition(wf.allHandlersFinished);
      if (unanswered.length > 0 || lock.grantNext(state, Date.now()) !== undefined) continue;
      watched?.scope.cancel();
      await wf.continueAsNew<typeof fleetLock>({ fleet: input.fleet, state: packLock(state) });
    }
    const seen = changes;
    const due =
      state.holder === undefined && state.queue.length > 0 ? nextChange(state, Date.now()) : undefined;
    const moved = (): boolean => changes !== seen || unanswered.length > 0;
    if (due === undefined) await wf.condition(moved);
    else await wf.condition(moved, Math.max(1_000, due - Date.now()));
  }

  /** Tells a holder that the fleet is its own. One that is gone is dropped, and the next is granted. */
  async function hand(holder: Holder): Promise<void> {
    const queued = state.queue
      .slice(-50)
      .reverse()
      .map(({ sha, workflowId }) => ({ sha, workflowId }));
    const { runId, nonce, epoch } = holder;
    const grant: Grant = {
      runId,
      nonce,
      epoch,
      queued,
      ...(state.lastKnownGood === undefined
        ? {}
        : { lastKnownGood: { sha: state.lastKnownGood.sha, tag: state.lastKnownGood.tag } }),
    };
    try {
      await wf.getExternalWorkflowHandle(holder.workflowId).signal(grantSignal, grant);
    } catch (error) {
      if (wf.isCancellation(error)) throw error;
      become(lock.dropHolder(state, holder, Date.now()));
    }
  }

  /** Keeps exactly one watch, on the holder of now. */
  function watchHolder(): void {
    const { holder } = state;
    if (watched?.epoch === holder?.epoch) return;
    watched?.scope.cancel();
    watched = undefined;
    if (holder === undefined) return;
    const scope = new wf.CancellationScope();
    watched = { epoch: holder.epoch, scope };
    scope
      .run(async () => {
        const { how } = await activities.watchHolder.executeWithOptions(
          { summary: `holder ${holder.tag}, epoch ${holder.epoch}` },
          [{ workflowId: holder.workflowId, runId: holder.runId }],
        );
        become(lock.holderClosed(state, holder, how, Date.now()));
      })
      .catch((error: unknown) => {
        if (wf.isCancellation(error)) return;
        // A watch that cannot tell is begun again: the fleet is never free because nobody knows.
        if (watched?.scope === scope) watched = undefined;
        odd('the watch on the holder failed and was begun again');
      });
  }
}

/** A lock that was lost and made anew takes over the deploy that holds the fleet, and its epoch. */
function adopt(state: LockState, found: Awaited<ReturnType<LockActivities['findHolder']>>): LockState {
  const epoch = Math.max(state.epoch, found.epoch);
  if (found.holder === undefined || state.holder !== undefined) return { ...state, epoch };
  const { workflowId, runId, sha, tag } = found.holder;
  const now = Date.now();
  const holder: Holder = {
    workflowId,
    runId,
    nonce: runId,
    sha,
    tag,
    kind: 'auto',
    urgent: false,
    actor: 'unknown',
    reason: 'found holding the fleet',
    readyAt: now,
    requestedAt: now,
    grantedAt: now,
    epoch: found.holder.epoch,
  };
  return recordOddity({ ...state, epoch, holder }, `a new lock found ${workflowId} holding the fleet`, now);
}

function hold(
  state: LockState,
  name: HoldName,
  message: { reason: string; actor: string; tag?: string; until?: number | undefined },
): LockState {
  const { reason, actor, tag, until } = message;
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

/** Update validator: synchronous, read only; what it throws is what the person reads. */
function refuseUnusable(state: LockState, name: HoldName, message: unknown): void {
  const parsed = holdMessages[name].safeParse(message);
  if (!parsed.success)
    throw new Error(
      `${name}: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? 'not understood'}`,
    );
  if (name === 'unpin' && state.pin === undefined) throw new Error('unpin: the fleet is not pinned');
  if (name === 'unfreeze' && state.freeze === undefined) throw new Error('unfreeze: the fleet is not frozen');
  const { until } = parsed.data as { until?: number };
  if (name === 'freeze' && until !== undefined && until <= Date.now())
    throw new Error('freeze: `until` is in the past');
}
