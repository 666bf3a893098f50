import { z } from 'zod';
import { words } from '../rollout/words.ts';

const slug = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'expected the slug of a tenant')
  .max(63);
const ms = z
  .int()
  .min(0)
  .max(30 * 24 * 3_600_000);
const text = words(500);
const attempt = z.object({ workflowId: z.string().min(1), runId: z.string().min(1) });

const request = z.object({
  fleet: z.string().min(1).max(63),
  sha: z
    .string()
    .regex(/^([0-9a-f]{40}|[0-9a-f]{7})$/i, 'expected a full SHA of 40 hex digits')
    .optional(),
  kind: z.enum(['auto', 'manual', 'rollback']),
  tag: z
    .string()
    .regex(/^\w[\w.-]{0,127}$/, 'expected an image tag')
    .optional(),
  undo: attempt.optional(),
  earlier: attempt.optional(),
  actor: text,
  reason: text.optional(),
  urgent: z.boolean().optional(),
  dryRun: z.boolean().optional(),
  disabled: z.boolean().optional(),
  searchAttributes: z.boolean().optional(),
  changes: z
    .strictObject({
      alsoRequired: z.array(z.string().trim().min(1).max(500)).max(100).optional(),
      canary: slug.optional(),
      batchSize: z.int().min(1).max(500).optional(),
      soakMs: ms.optional(),
      maxStragglers: z.int().min(0).max(100).optional(),
      targetTag: z
        .string()
        .regex(/^\w[\w.-]{0,127}$/, 'expected an image tag')
        .optional(),
      settleMs: ms.optional(),
      intervalMs: ms.optional(),
      gateTimeoutMs: ms.optional(),
      gatePollMs: ms.optional(),
    })
    .optional(),
});

/** Input of the deploy workflow as the worker accepts it; whoever can start a workflow can write it. */
export const deployRequest = request.refine(({ kind, sha }) => kind !== 'auto' || sha?.length === 40, {
  path: ['sha'],
  message: 'expected a full SHA of 40 hex digits: the gates of an auto deploy are those of one exact commit',
});
