import { z } from 'zod';

/** The body of `redeploy-fleet` as this control plane reads it; unknown fields are ignored. */
const bodySchema = z.object({
  target_tag: z.string().min(1),
  confirm: z.unknown(),
  only_slugs: z.array(z.string()).optional(),
  canary_slug: z.string().optional(),
  soak_seconds: z.number().nonnegative().optional(),
  batch_size: z.int().positive().optional(),
  max_stragglers: z.int().nonnegative().optional(),
  dry_run: z.boolean().optional(),
});

export type RedeployRequest = z.infer<typeof bodySchema>;

/** The request, or what is wrong with it: each is a 400 (contracts, I-18). */
export function parseRedeploy(body: unknown): RedeployRequest | { readonly problem: string } {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { problem: `invalid request: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}` };
  }
  if (parsed.data.confirm !== true) return { problem: 'confirm must be true' };
  if (parsed.data.only_slugs?.length === 0) return { problem: 'only_slugs must not be empty' };
  return parsed.data;
}
