import { z } from 'zod';
import { Message, type Said } from './message.ts';
import { actor, commit, reason } from './words.ts';

/** What people tell a deploy; `by` is the commit that takes its place. */
export const commandMessage = new Message(
  z.object({ reason: reason(), actor: actor(), by: commit().optional() }),
);
export type Command = Said<typeof commandMessage>;

/** What is certain of a wave's call; `since` in ms since the epoch. */
export const inFlightMessage = new Message(
  z.object({
    wave: z.int(),
    scope: z.string(),
    stage: z.enum(['sending', 'settling']),
    since: z.int().min(0).max(8_640_000_000_000_000),
  }),
);

const next = z.object({ runId: z.string(), nonce: z.string() });

/** The lock's call to get ready: the next turn is this wait's. */
export const nextMessage = new Message(next);

/** The fleet is the deploy's own. */
export const grantMessage = new Message(
  next.extend({
    epoch: z.int().min(0),
    queued: z.array(z.object({ sha: z.string(), workflowId: z.string() })).default([]),
    lastKnownGood: z.object({ sha: z.string(), tag: z.string() }).optional(),
  }),
);
