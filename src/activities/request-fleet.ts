import { Context } from '@temporalio/activity';
import { closuresOf } from '../config/closures.ts';
import { requestSignal } from '../workflows/messages.ts';
import type { fleetLock } from '../workflows/fleet-lock.ts';
import { lockOptions } from '../workflows/lock-options.ts';
import type { Activities } from './contract.ts';
import type { Fleets } from './fleets.ts';

/** How far ahead the lock knows the freeze windows; each request renews it. */
const AHEAD_MS = 15 * 24 * 3_600_000;

/** Asks the fleet lock for a place; starts the lock when there is none. Sending it twice changes nothing. */
export function requestFleet(fleets: Fleets): Activities['requestFleet'] {
  return async (request) => {
    const { client, info } = Context.current();
    const { fleet, searchAttributes, ...rest } = request;
    const now = Date.now();
    const closures = closuresOf(fleets.get(fleet).config.file.freeze.windows, now, now + AHEAD_MS);
    await client.workflow.signalWithStart<typeof fleetLock, [Parameters<typeof toMessage>[0]]>('fleetLock', {
      ...lockOptions(fleet, info.taskQueue, searchAttributes),
      signal: requestSignal,
      signalArgs: [toMessage({ ...rest, closures })],
    });
  };
}

function toMessage<T>(message: T): T {
  return message;
}
