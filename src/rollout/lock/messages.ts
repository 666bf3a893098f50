import { z } from 'zod';
import { OUTCOMES } from '../outcome.ts';
import { actor, reason, words } from '../words.ts';

/** Messages to the lock, parsed where they arrive: anybody can type one into Temporal UI. */
const text = words(500);
const name = z.string().min(1).max(1_000);
const time = z.int().min(0);
const closure = z.object({ name: text, from: time, to: time });

export const requestMessage = z.object({
  workflowId: name,
  runId: name,
  nonce: name,
  sha: z.string().regex(/^[0-9a-f]{7,40}$/i),
  tag: name,
  kind: z.enum(['auto', 'manual', 'rollback']),
  urgent: z.boolean(),
  actor: text,
  reason: text,
  readyAt: time,
  closures: z.array(closure).max(200),
});

export const withdrawMessage = z.object({ workflowId: name, runId: name });

export const releaseMessage = z.object({
  workflowId: name,
  runId: name,
  outcome: z.enum(OUTCOMES),
  reason: words(2_000),
  digest: text.optional(),
  tenants: z.int().optional(),
  onTarget: z.int().optional(),
  quarantined: z.array(z.string()).optional(),
  startedAt: time.optional(),
  pin: z.object({ tag: name, reason: text, actor: text }).optional(),
  freeze: z.object({ reason: text, actor: text }).optional(),
});
export type ReleaseMessage = z.output<typeof releaseMessage>;

export const holdMessages = {
  pin: z.object({ tag: z.string().regex(/^[\w][\w.-]{0,127}$/, 'expected an image tag'), reason, actor }),
  unpin: z.object({ reason, actor }),
  freeze: z.object({ reason, actor, until: time.optional() }),
  unfreeze: z.object({ reason, actor }),
} as const;
