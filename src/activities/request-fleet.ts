import { Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { closuresOf } from '../config/closures.ts';
import { lockId } from '../workflows/lock-id.ts';
import { releaseSignal, releaseUpdate, requestSignal } from '../workflows/messages.ts';
import type { fleetLock } from '../workflows/fleet-lock.ts';
import { lockOptions } from '../workflows/lock-options.ts';
import type { ReleaseMessage } from '../rollout/lock/messages.ts';
import type { Activities, RequestMessage } from './contract.ts';
import { unsure } from './failure.ts';
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

/**
 * Gives the fleet back. By an update, which the lock takes in the same task that grants to the next one; a lock that
 * was terminated meanwhile is started anew and told by a signal. Twice is once: the lock knows the epoch is over.
 */
export function giveBack(): Activities['giveBack'] {
  return async ({ fleet, searchAttributes, message }) => {
    const { client, info, cancellationSignal } = Context.current();
    try {
      await client.withAbortSignal(cancellationSignal, () =>
        client.workflow.getHandle(lockId(fleet)).executeUpdate(releaseUpdate, {
          args: [message],
          updateId: `release-${message.runId}-${message.epoch ?? 0}`,
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError))
        throw unsure('NotGivenBack', 'the fleet lock did not answer');
      await client.workflow.signalWithStart<typeof fleetLock, [ReleaseMessage]>('fleetLock', {
        ...lockOptions(fleet, info.taskQueue, searchAttributes),
        signal: releaseSignal,
        signalArgs: [message],
      });
    }
  };
}
