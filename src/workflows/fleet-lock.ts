import * as wf from '@temporalio/workflow';
import type { LockActivities } from '../activities/contract.ts';
import type { CarriedLock } from '../rollout/lock/carry.ts';
import { nextChange } from '../rollout/lock/holds.ts';
import {
  haltedMessage,
  releaseMessage,
  requestMessage,
  turnedBackMessage,
  withdrawMessage,
  type HoldsAfter,
  type ReleaseMessage,
} from '../rollout/lock/messages.ts';
import { sameDeploy, type Holder } from '../rollout/lock/state.ts';
import * as lock from '../rollout/lock/transitions.ts';
import { HEARTBEAT_MS } from './activities.ts';
import { listenForHolds } from './lock-holds.ts';
import { Ears } from './ears.ts';
import { LockRun } from './lock-run.ts';
import { LockTurns } from './lock-turns.ts';
import { LockWatch } from './lock-watch.ts';
import {
  carryQuery,
  haltedSignal,
  holderQuery,
  lockQuery,
  releaseSignal,
  releaseUpdate,
  requestSignal,
  turnedBackSignal,
  withdrawSignal,
} from './messages.ts';
import { parseMessage } from './parse.ts';

export interface FleetLockInput {
  readonly fleet: string;
  /** The state of the run before; absent for a lock that is new, or was lost. */
  readonly state?: CarriedLock;
}

const { findFormer } = wf.proxyActivities<LockActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: { initialInterval: '1s', maximumInterval: '10s' },
});

/**
 * The fleet lock: one workflow per fleet that lives for ever and grants the fleet to one deploy at a time, in order
 * (I-03, I-29, I-30). There is no lease: the fleet is free when its holder gave it back, or when Temporal says that
 * the holder's chain of runs is closed. Everything it decides is in rollout/lock/.
 */
export async function fleetLock(input: FleetLockInput): Promise<void> {
  const run = new LockRun(input.fleet, input.state);
  const turns = new LockTurns(run);
  const watch = new LockWatch(run);
  const ears = new Ears();
  const unanswered = listen(run, ears);
  listenForHolds(run, ears);
  ears.open((name) => run.odd(`an unknown signal \`${name.slice(0, 100)}\``));

  // It lives for ever: a cancellation asked for in Temporal UI is recorded, and nothing else.
  void wf.CancellationScope.current().cancelRequested.catch(() =>
    run.odd('somebody asked Temporal to cancel the fleet lock; it goes on'),
  );
  await wf.CancellationScope.nonCancellable(async () => {
    if (run.starting)
      run.adopt(
        await findFormer.executeWithOptions({ summary: 'the lock before this one' }, [
          { fleet: input.fleet },
        ]),
      );
    for (;;) {
      watch.follow(run.state.holder);
      const again = unanswered.shift();
      if (again !== undefined) {
        turns.tell(again, false);
        continue;
      }
      const granted = lock.grantNext(run.state, Date.now());
      if (granted !== undefined) {
        run.become(granted.state);
        turns.tell(granted.holder, true);
        continue;
      }
      if (run.historyIsLong) {
        await goOn(input.fleet, run, turns, watch, () => unanswered.length === 0);
        continue;
      }
      turns.callUp();
      await somethingNew(run, () => unanswered.length > 0);
    }
  });
}

/** Hears the deploys. What the holder asks again is in the answer: its grant was lost, or it was reset. */
function listen(run: LockRun, ears: Ears): Holder[] {
  const unanswered: Holder[] = [];
  const odd = (what: string): void => run.odd(what);
  ears.on(requestSignal, (message: unknown) =>
    run.take(() => {
      const parsed = parseMessage(requestMessage, message, 'request', odd);
      if (parsed === undefined) return;
      const { closures, ...entry } = parsed;
      run.become(lock.request(run.state, { ...entry, requestedAt: Date.now() }, closures));
      const { holder } = run.state;
      if (holder !== undefined && sameDeploy(holder, entry)) unanswered.push(holder);
    }),
  );
  ears.on(withdrawSignal, (message: unknown) =>
    run.take(() => {
      const parsed = parseMessage(withdrawMessage, message, 'withdraw', odd);
      if (parsed === undefined) return;
      const { workflowId, runId, nonce } = parsed;
      run.become(lock.withdraw(run.state, { workflowId, runId, ...(nonce === undefined ? {} : { nonce }) }));
    }),
  );
  ears.on(turnedBackSignal, (message: unknown) =>
    run.take(() => {
      const parsed = parseMessage(turnedBackMessage, message, 'turned-back', odd);
      if (parsed === undefined) return;
      if (run.state.holder !== undefined && sameDeploy(run.state.holder, parsed)) putHolds(run, parsed);
    }),
  );
  ears.on(haltedSignal, (message: unknown) =>
    run.take(() => {
      const parsed = parseMessage(haltedMessage, message, 'halted', odd);
      if (parsed !== undefined) run.become(lock.stand(run.state, parsed, Date.now()));
    }),
  );
  ears.on(releaseSignal, (message: unknown) =>
    run.take(() => {
      const parsed = parseMessage(releaseMessage, message, 'release', odd);
      if (parsed !== undefined) release(run, parsed);
    }),
  );
  wf.setHandler(
    releaseUpdate,
    (message: unknown) => run.take(() => release(run, releaseMessage.parse(message))),
    {
      validator: (message: unknown) => {
        if (!releaseMessage.safeParse(message).success) throw new Error('release: not understood');
      },
    },
  );
  wf.setHandler(lockQuery, (limit?: unknown) => run.view(limit));
  wf.setHandler(holderQuery, () => ({
    starting: run.starting,
    epoch: run.state.epoch,
    ...(run.state.holder === undefined ? {} : { holder: run.state.holder }),
  }));
  wf.setHandler(carryQuery, () => (run.starting ? null : run.carry()));
  return unanswered;
}

function release(run: LockRun, message: ReleaseMessage): void {
  const held = run.state.holder !== undefined && sameDeploy(run.state.holder, message);
  run.become(lock.release(run.state, message as lock.Release, Date.now()));
  if (held) putHolds(run, message);
}

/** What a deploy leaves on the fleet: a rollback pins it (I-27), an unattended halt freezes it. */
function putHolds(run: LockRun, { pin, freeze }: HoldsAfter): void {
  const at = Date.now();
  if (pin !== undefined) run.become({ ...run.state, pin: { ...pin, at } });
  if (freeze !== undefined) run.become({ ...run.state, freeze: { ...freeze, at } });
}

/** Goes on as a new run with the whole state, as soon as nothing is open: never between a message and its handling. */
async function goOn(
  fleet: string,
  run: LockRun,
  turns: LockTurns,
  watch: LockWatch,
  isAnswered: () => boolean,
): Promise<void> {
  turns.close();
  await wf.condition(() => turns.idle && wf.allHandlersFinished());
  if (isAnswered() && lock.grantNext(run.state, Date.now()) === undefined) {
    watch.stop();
    await wf.continueAsNew<typeof fleetLock>({ fleet, state: run.carry() });
  }
  turns.reopen();
}

/** Waits for a message, or for the time when a hold ends by itself. */
async function somethingNew(run: LockRun, more: () => boolean): Promise<void> {
  const { state } = run;
  const seen = run.changes;
  const moved = (): boolean => run.changes !== seen || more();
  const due =
    state.holder === undefined && state.queue.length > 0 ? nextChange(state, Date.now()) : undefined;
  if (due === undefined) await wf.condition(moved);
  else await wf.condition(moved, Math.max(1_000, due - Date.now()), { summary: 'the next change of a hold' });
}
