import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../support/bundle.ts';
import type { Build } from '../worker/newer-build.ts';
import type { Histories } from './histories.ts';

let bundle: Promise<string> | undefined;

/**
 * Runs that today's code does not do again event by event. A worker that has a workflow in its memory goes on with
 * what it could not replay; the next one, after a kill, is stuck with it. `of`: the code of another build, which also
 * does again what began before it.
 */
export async function notReplayed(all: readonly Histories[], of?: Pick<Build, 'bundle'>): Promise<string[]> {
  const runs = all.flatMap((histories) =>
    [...histories].flatMap(([workflowId, chain]) => chain.map((history) => ({ workflowId, history }))),
  );
  const found: string[] = [];
  // Batches beside each other make it once.
  bundle ??= workflowBundle();
  const options = { workflowBundle: { codePath: of?.bundle ?? (await bundle) } };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, runs))
    if (error !== undefined) found.push(`a run of ${workflowId} does not replay: ${error.message}`);
  return found;
}
