import { readFileSync } from 'node:fs';
import type { LoadedDataConverter } from '@temporalio/common';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { TemporalAccess } from '../client/connect.ts';
import { HistoryError } from '../errors.ts';
import { oneLine } from '../safety/neutralise.ts';
import { factsOf, type RunFacts } from './facts.ts';
import { decoderOf, isRecord } from './payload.ts';

/** The runs of one deploy, the oldest first. */
export interface Chain {
  readonly runs: readonly RunFacts[];
  /** Whether the oldest run is where the deploy began; older ones may be gone from Temporal, or not exported. */
  readonly complete: boolean;
}

/** Reads a deploy's whole chain of runs from Temporal, the newest attempt's. @throws HistoryError */
export async function fetchChain(access: TemporalAccess, workflowId: string): Promise<Chain> {
  const decode = decoderOf(access.client.options.loadedDataConverter);
  const runs: RunFacts[] = [];
  let runId: string | undefined;
  for (;;) {
    let facts: RunFacts | undefined;
    try {
      const history = await access.client.workflow.getHandle(workflowId, runId).fetchHistory();
      facts = await factsOf(history.events ?? [], decode);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      if (runs.length > 0) return { runs, complete: false };
      throw new HistoryError(
        `Temporal knows no workflow ${workflowId}: greenlane status lists what there is`,
      );
    }
    runs.unshift(deployOnly(facts, workflowId));
    runId = runs[0]?.continuedFrom;
    if (runId === undefined) return { runs, complete: true };
  }
}

/** Reads exported histories, one file per run, in any order. @throws HistoryError naming the file and the remedy */
export async function readChain(files: readonly string[], converter: LoadedDataConverter): Promise<Chain> {
  const decode = decoderOf(converter);
  const found: RunFacts[] = [];
  for (const file of files) found.push(deployOnly(await factsOf(eventsIn(file), decode), oneLine(file, 200)));
  const runs = found.toSorted((a, b) => a.from - b.from);
  const newest = runs.at(-1);
  if (newest === undefined) throw new HistoryError('--history needs the name of a file');
  const other = runs.find((run) => run.workflowId !== newest.workflowId);
  if (other !== undefined)
    throw new HistoryError(
      `The histories are of two deploys, ${other.workflowId} and ${newest.workflowId}: give those of one`,
    );
  const chain: RunFacts[] = [newest];
  for (;;) {
    const before = runs.find((run) => run.runId === chain[0]?.continuedFrom && !chain.includes(run));
    if (before === undefined) return { runs: chain, complete: chain[0]?.continuedFrom === undefined };
    chain.unshift(before);
  }
}

const EXPORT =
  'Export one with `temporal workflow show --workflow-id deploy/FLEET/SHA --output json`, or by Download in Temporal UI';

function eventsIn(file: string): readonly unknown[] {
  const name = oneLine(file, 200);
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new HistoryError(
      `${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
  }
  if (content.trim() === '') throw new HistoryError(`${name} is empty. ${EXPORT}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw new HistoryError(`${name} is not JSON, or was cut off. ${EXPORT}`);
  }
  const events = isRecord(parsed) ? parsed['events'] : parsed;
  if (!Array.isArray(events) || events.length === 0)
    throw new HistoryError(`${name} is no history of a workflow: it has no events. ${EXPORT}`);
  return events;
}

function deployOnly(facts: RunFacts | undefined, name: string): RunFacts {
  if (facts === undefined)
    throw new HistoryError(
      `${name} is no history of a workflow: it does not begin with its start. ${EXPORT}`,
    );
  if (facts.workflowType !== 'deploy')
    throw new HistoryError(
      `${name} is the history of a workflow of type ${oneLine(facts.workflowType, 60) || 'unknown'}, not of a deploy. ${EXPORT}`,
    );
  return facts;
}
