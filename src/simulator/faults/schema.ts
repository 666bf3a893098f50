import { z } from 'zod';

/** The places a call can arrive at. A fault for `forge` meets every place of the forge. */
export const places = [
  'control-plane',
  'forge.statuses',
  'forge.combined-status',
  'forge.check-runs',
  'forge.branch',
  'forge.commit',
  'forge.compare',
  'forge.variable',
  'forge.post-status',
  'forge.pulls',
  'forge.runners',
  'forge.other',
  'tenant',
  'registry',
  'hook',
] as const;

/** Where a call arrived. */
export type Place = (typeof places)[number];

const target = {
  /** Which calls are met. */
  where: z.enum([...places, 'forge']),
  /** Only this tenant: its own endpoints, or the control-plane calls that would touch it. */
  slug: z.string().optional(),
  /** Ends after so many calls; without it, never. */
  times: z.int().positive().optional(),
  /** Lets the first so many matching calls pass. */
  after: z.int().nonnegative().optional(),
  /** Only control-plane calls with this `dry_run`. Without it a fault that names or concerns tenants leaves dry runs alone. */
  dryRun: z.boolean().optional(),
  /** Only calls whose path and query contain this text (`page=3`, `/orgs/`, `/buildinfo`). */
  match: z.string().optional(),
  /** Strikes each matching call with this probability (seeded): flapping. */
  chance: z.number().min(0).max(1).optional(),
};

const headers = z.record(z.string(), z.string()).optional();
const statusCode = z.int().min(200).max(599);
/** Whether the call does its work all the same, although the answer does not say so. */
const effect = z.boolean().optional();

/** Faults of the transport: they decide what the caller gets. */
const requestFaults = [
  z.strictObject({
    ...target,
    kind: z.literal('status'),
    status: statusCode,
    headers,
    body: z.string().optional(),
    effect,
  }),
  z.strictObject({ ...target, kind: z.literal('html'), status: statusCode.optional(), effect }),
  z.strictObject({ ...target, kind: z.literal('hang'), effect }),
  z.strictObject({ ...target, kind: z.literal('drop-before') }),
  z.strictObject({ ...target, kind: z.literal('drop-after') }),
  /** With `cut` the connection ends in the middle of a longer announced body. */
  z.strictObject({ ...target, kind: z.literal('truncated-json'), cut: z.boolean().optional(), effect }),
  z.strictObject({
    ...target,
    kind: z.literal('wrong-json'),
    body: z.unknown(),
    status: statusCode.optional(),
    effect,
  }),
  z.strictObject({ ...target, kind: z.literal('huge'), effect }),
  z.strictObject({
    ...target,
    kind: z.literal('redirect'),
    to: z.string(),
    status: statusCode.optional(),
    effect,
  }),
] as const;

/** Faults that hold a call up and then let it go on, also into another fault. */
const delayFaults = [
  /** For the control plane with a slug: that tenant takes so much longer. */
  z.strictObject({ ...target, kind: z.literal('slow'), ms: z.number().nonnegative() }),
  /** Waits until the fault is removed, then goes on. */
  z.strictObject({ ...target, kind: z.literal('hold') }),
] as const;

/** Faults of single tenants. */
const tenantFaults = [
  z.strictObject({ ...target, kind: z.literal('leave-out') }),
  z.strictObject({
    ...target,
    kind: z.literal('stale-success'),
    verifiedOnTarget: z.boolean().nullable().optional(),
  }),
  z.strictObject({ ...target, kind: z.literal('unhealthy') }),
  z.strictObject({ ...target, kind: z.literal('gone'), status: statusCode.optional() }),
  z.strictObject({ ...target, kind: z.literal('reject'), error: z.string().optional() }),
  z.strictObject({ ...target, kind: z.literal('moved'), sha: z.string() }),
  z.strictObject({ ...target, kind: z.literal('dev-build') }),
] as const;

/** One fault as a test or the admin API asks for it; every field is checked. */
export const faultSchema = z.discriminatedUnion('kind', [...requestFaults, ...delayFaults, ...tenantFaults]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** Kinds that decide the whole answer of a call. */
export type RequestFault = z.infer<(typeof requestFaults)[number]>;
/** Kinds that speak of one tenant. */
export type TenantFault = z.infer<(typeof tenantFaults)[number]>;

const requestKinds = new Set<FaultKind>([
  'status',
  'html',
  'hang',
  'drop-before',
  'drop-after',
  'truncated-json',
  'wrong-json',
  'huge',
  'redirect',
]);
const delayKinds = new Set<FaultKind>(['slow', 'hold']);

export function isRequestFault(fault: Fault): fault is RequestFault {
  return requestKinds.has(fault.kind);
}

export function isTenantFault(fault: Fault): fault is TenantFault {
  return !requestKinds.has(fault.kind) && !delayKinds.has(fault.kind);
}
