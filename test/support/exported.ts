import type { Client } from '@temporalio/client';

/** Everything a workflow keeps, as text: its history, memo and search attributes, with payloads decoded. */
export async function exportedOf(client: Client, workflowId: string, runId?: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const [history, description] = [await handle.fetchHistory(), await handle.describe()];
  return `${JSON.stringify(decoded(history.events))}\n${JSON.stringify(decoded(description.raw))}`;
}

function decoded(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, decoded(part)]));
}
