import { z } from 'zod';

/** One tenant of an answer. What Greenlane does not read is not parsed and goes no further (I-23). */
const result = z.object({
  slug: z.string(),
  phase: z.unknown().optional(),
  ssm_status: z.string().nullish(),
  ssm_exit_code: z.int().nullish(),
  healthz_ok: z.boolean().nullish(),
  verified_on_target: z.boolean().nullish(),
});

/** An answer of `redeploy-fleet` with status 200 (contracts: control plane). */
export const redeployAnswer = z.object({ ok: z.boolean(), results: z.array(result) });

export type RedeployAnswer = z.output<typeof redeployAnswer>;
