import { z } from 'zod';
import { OUTCOMES } from '../rollout/outcome.ts';

/*
 * What a report reads of a history. Only the fields it shows, and loosely: a history of an older build, or one that
 * somebody edited, leaves gaps in the report instead of ending it.
 */

const names = z.array(z.string()).catch([]);
const kind = z.enum(['auto', 'manual', 'rollback']).catch('auto');

const straggler = z.object({
  slug: z.string(),
  state: z.enum(['stale', 'unreachable', 'unhealthy', 'missing']),
});

export const gate = z.object({
  context: z.string(),
  state: z.enum(['green', 'waiting', 'refused']),
  reported: z.string(),
  description: z.string().catch(''),
});
export type GateRow = z.output<typeof gate>;

export const settings = z.object({
  fleet: z.string(),
  kind,
  sha: z.string(),
  tag: z.string(),
  required: names,
  canary: z.string(),
  batchSize: z.number().optional(),
  soakMs: z.number().optional(),
  maxStragglers: z.number().optional(),
});

const section = z.object({ slugs: names, at: z.number() });

export const input = z.looseObject({
  fleet: z.string(),
  sha: z.string().optional(),
  tag: z.string().optional(),
  kind,
  actor: z.string().catch('unknown'),
  reason: z.string().optional(),
  dryRun: z.boolean().optional(),
  carried: z
    .looseObject({
      startedAt: z.number(),
      settings: settings.optional().catch(undefined),
      direction: z.enum(['forward', 'back']).catch('forward'),
      section: section.optional().catch(undefined),
      stragglers: z.array(straggler).catch([]),
      total: z.number().catch(0),
      alreadyOnTarget: z.number().catch(0),
    })
    .optional()
    .catch(undefined),
});

export const survey = z.object({
  total: z.number(),
  slugs: names,
  alreadyOnTarget: z.number().catch(0),
  canary: z.object({ listed: z.boolean(), onTarget: z.boolean() }).optional().catch(undefined),
});

export const waveInput = z.object({
  wave: z.number(),
  slugs: names,
  tag: z.string().catch(''),
  scope: z.string().catch(''),
});

export const waveResult = z.object({
  kind: z.enum(['rolled', 'stopped', 'failed']),
  calls: z.number().catch(0),
  controlPlaneMs: z.number().catch(0),
  onTarget: z.union([z.number(), names]).catch(0),
  stragglers: z.array(straggler).catch([]),
  gone: names,
  reason: z.string().optional(),
});

export const verification = z.object({
  total: z.number(),
  onTarget: z.number(),
  stragglers: z.array(straggler).catch([]),
  counts: z.record(z.string(), z.number()).catch({}),
  gone: names,
});

const audit = z.array(z.object({ at: z.number(), actor: z.string(), what: z.string() })).catch([]);

export const result = z.object({
  outcome: z.enum(OUTCOMES),
  reason: z.string(),
  fleet: z.string(),
  sha: z.string(),
  tag: z.string(),
  waves: z.number().catch(0),
  supersededBy: z.string().optional(),
  tenants: z.object({
    total: z.number(),
    onTarget: z.number(),
    alreadyOnTarget: z.number().catch(0),
    quarantined: names,
  }),
  kind,
  actor: z.string().catch('unknown'),
  digest: z.string().optional(),
  epoch: z.number().optional(),
  warnings: names,
  audit,
});
export type Result = z.output<typeof result>;
export type Settings = z.output<typeof settings>;
export type Input = z.output<typeof input>;
export type Verification = z.output<typeof verification>;
