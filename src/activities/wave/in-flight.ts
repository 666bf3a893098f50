import type { Context } from '@temporalio/activity';
import { lockId } from '../../workflows/lock-id.ts';
import { callOverSignal, inFlightSignal } from '../../workflows/messages.ts';
import type { WaveInput } from '../contract.ts';

/**
 * Told to stop while the call is out: the deploy hears so, since the receipt of a halt waits for the call (I-32). When
 * this cannot be delivered the receipt waits for the wave's end instead: later, never wrong. `since`: ms since the epoch.
 */
export async function sayInFlight(
  { cancellationDetails, client, info }: Context,
  { wave, scope }: WaveInput,
  stage: 'sending' | 'settling',
  since: number,
): Promise<void> {
  if (cancellationDetails?.cancelRequested !== true || info.workflowExecution === undefined) return;
  await client.workflow
    .getHandle(info.workflowExecution.workflowId)
    .signal(inFlightSignal, { wave, scope, stage, since })
    .catch(() => undefined);
}

/** The deploy was terminated while its call was out: the lock keeps the fleet until it hears that this is over (I-30). */
export async function sayCallOver(
  { cancellationDetails, client, info }: Context,
  { settings, runId }: WaveInput,
): Promise<void> {
  if (cancellationDetails?.notFound !== true || info.workflowExecution === undefined) return;
  await client.workflow
    .getHandle(lockId(settings.fleet))
    .signal(callOverSignal, { workflowId: info.workflowExecution.workflowId, runId })
    .catch(() => undefined);
}
