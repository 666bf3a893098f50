import * as wf from '@temporalio/workflow';
import type { deploy } from './deploy.ts';
import type { Run } from './run.ts';
import type { DeployInput } from './state.ts';
import type { Steering } from './steering.ts';

/** A run goes on as a new one at this many events, far below what Temporal allows (51,200). */
const MOST_EVENTS = 4_000;

export function historyIsLong(): boolean {
  const { continueAsNewSuggested, historyLength } = wf.workflowInfo();
  return continueAsNewSuggested || historyLength > MOST_EVENTS;
}

/** Goes on as a new run between two waves; nothing that was said to the deploy is lost. */
export async function continueAsNew(run: Run, steering: Steering): Promise<void> {
  await steering.boundary();
  await run.told();
  await wf.condition(wf.allHandlersFinished);
  if (steering.wished || run.state.halt !== undefined) return;
  const { carried: _, ...request } = run.input;
  const input: DeployInput = { ...request, carried: run.state };
  await wf.continueAsNew<typeof deploy>(input);
}
