import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import protocol from '@temporalio/proto';
import { z } from 'zod';
import { OUTCOMES } from '../../src/rollout/outcome.ts';

const { History } = protocol.temporal.api.history.v1;
const directory = fileURLToPath(new URL('histories', import.meta.url));
/** Readable JSON; what `fromObject` takes back. */
const plain = { longs: String, enums: String, bytes: String } as const;
const suffix = '.json.gz';

const recording = z.object({
  name: z.string(),
  outcomes: z.array(z.enum([...OUTCOMES, 'terminated'])),
  runs: z.array(
    z.object({ workflowId: z.string(), type: z.string(), events: z.number(), history: z.unknown() }),
  ),
});

/** What was recorded of one scenario: every run of every workflow of its fleet. */
export type Recording = z.output<typeof recording>;

export function recordings(): Recording[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) =>
      recording.parse(JSON.parse(gunzipSync(readFileSync(join(directory, name))).toString('utf8'))),
    );
}

export function write(made: Recording): number {
  const bytes = gzipSync(JSON.stringify(made), { level: 9 });
  writeFileSync(join(directory, `${made.name}${suffix}`), bytes);
  return bytes.length;
}

/** All runs of a workflow id, the first of each chain first, without what tells of the machine they ran on. */
export async function runsOf(client: Client, workflowId: string): Promise<Recording['runs']> {
  const runs: Recording['runs'] = [];
  const query = `WorkflowId = '${workflowId}'`;
  const found = [];
  for await (const execution of client.workflow.list({ query })) found.push(execution);
  found.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  for (const { runId, type } of found) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({
      workflowId,
      type,
      events: history.events?.length ?? 0,
      history: anonymous(History.toObject(History.fromObject(history), plain)),
    });
  }
  return runs;
}

/** A recorded history as the SDK takes it. */
export function historyOf(run: Recording['runs'][number]): ReturnType<typeof History.fromObject> {
  return History.fromObject(run.history as Record<string, unknown>);
}

/** Names of processes and hosts, and stack traces with their paths: no replay needs them. */
function anonymous(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(anonymous);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'identity' ? 'recorded' : key === 'stackTrace' ? '' : anonymous(inner),
    ]),
  );
}
