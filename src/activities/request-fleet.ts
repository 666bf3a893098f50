import { Context } from '@temporalio/activity';
import { closuresOf } from '../config/closures.ts';
import { releaseSignal, requestSignal } from '../workflows/messages.ts';
import type { fleetLock } from '../workflows/fleet-lock.ts';
import { lockOptions } from '../workflows/lock-options.ts';
import type { ReleaseMessage } from '../rollout/lock/messages.ts';
import type { Activities, RequestMessage } from './contract.ts';
import type { Fleets } from './fleets.ts';

/** How far ahead the lock knows the freeze windows; each request renews it. */
const AHEAD_MS = 15 * 24 * 3_600_000;
/** Most occurrences that one request tells of. */
const MOST_CLOSURES = 200;

/** Asks the fleet lock for a place; starts the lock when there is none. Sending it twice changes nothing. */
export function requestFleet(fleets: Fleets): Activities['requestFleet'] {
  return async (request) => {
    const { client, info } = Context.current();
    const { fleet, searchAttributes, ...rest } = request;
    const now = Date.now();
    const windows = fleets.get(fleet).config.file.freeze.windows;
    const closures = closuresOf(windows, now, now + AHEAD_MS).slice(0, MOST_CLOSURES);
    const message: RequestMessage = { ...rest, closures };
    await client.workflow.signalWithStart<typeof fleetLock, [RequestMessage]>('fleetLock', {
      ...lockOptions(fleet, info.taskQueue, searchAttributes),
      signal: requestSignal,
      signalArgs: [message],
    });
  };
}

/** Gives the fleet back to a lock that was not there to be told; one that was lost is started anew and told. */
export function giveBack(): Activities['giveBack'] {
  return async ({ fleet, searchAttributes, message }) => {
    const { client, info } = Context.current();
    await client.workflow.signalWithStart<typeof fleetLock, [ReleaseMessage]>('fleetLock', {
      ...lockOptions(fleet, info.taskQueue, searchAttributes),
      signal: releaseSignal,
      signalArgs: [message],
    });
  };
}
