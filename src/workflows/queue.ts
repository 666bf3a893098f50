import { continueAsNew, historyIsLong } from './continue.ts';
import type { Run } from './run.ts';
import type { Steering } from './steering.ts';

/**
 * Waits for the fleet. A halted deploy that holds nothing leaves the queue, so that nobody waits behind it; resumed
 * it has its old place again, which is by the time its gates went green.
 */
export async function queue(run: Run, steering: Steering): Promise<void> {
  const { state, settings } = run;
  while (state.epoch === undefined) {
    await steering.boundary();
    run.enter('queued', `waiting for the fleet ${settings.fleet}; who is before it: greenlane queue`);
    run.tell('pending', `waiting for the fleet ${settings.fleet}`);
    const grant = await steering.place.wait(() => steering.wished || state.halt !== undefined);
    if (grant !== undefined) {
      state.epoch = grant.epoch;
      if (grant.lastKnownGood !== undefined) state.lastKnownGood = grant.lastKnownGood;
      run.note(`holds the fleet, epoch ${state.epoch}`);
    } else if (historyIsLong()) await continueAsNew(run, steering);
  }
}
