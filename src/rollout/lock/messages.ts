import { z } from 'zod';
import { OUTCOMES } from '../outcome.ts';
import { Message, type Said } from '../message.ts';
import { actor, commit, reason, words } from '../words.ts';

/**
 * Messages to the lock, parsed where they arrive: anybody can type one into Temporal UI. The lengths keep a full
 * queue within one payload.
 */
const text = words(500);
const name = z.string().min(1).max(300);
const short = words(100);
/** 2200: later ones are no times that a clock can show or a timer of Temporal can wait for. */
const LATEST_MS = 7_258_118_400_000;
const time = z.int().min(0).max(LATEST_MS);
/** ms since the epoch, or a time as people type it: 2026-11-21T18:00:00Z. */
const moment = z.union([
  time,
  z.iso
    .datetime({ offset: true })
    .transform((typed) => Date.parse(typed))
    .pipe(time),
]);
const epoch = z.int().min(0).max(1_000_000_000);
const nonce = z.string().min(1).max(64);
const tag = z.string().regex(/^\w[\w.-]{0,127}$/, 'expected an image tag');
const closure = z.object({ name: text, from: time, to: time });

export const requestMessage = new Message(
  z.object({
    workflowId: name,
    runId: name,
    nonce,
    sha: commit(),
    tag,
    kind: z.enum(['auto', 'manual', 'rollback']),
    urgent: z.boolean(),
    actor: short,
    reason: short,
    readyAt: time,
    closures: z.array(closure).max(200),
  }),
);

export const withdrawMessage = new Message(
  z.object({ workflowId: name, runId: name, nonce: nonce.optional() }),
);

/** The call of a deploy that was terminated meanwhile is over. */
export const callOverMessage = new Message(z.object({ workflowId: name, runId: name }));

/** A waiting deploy that was called up asks to be told the moment the fleet is its own. */
export const turnMessage = new Message(z.object({ workflowId: name, runId: name, nonce }));

const pin = z.object({ tag, reason: text, actor: text });
const freeze = z.object({ reason: text, actor: text });

/** A holder that takes its tenants back pins the fleet at once: if it dies on the way, the pin stands (I-27). */
export const turnedBackMessage = new Message(
  z.object({
    workflowId: name,
    runId: name,
    pin: pin.optional(),
    freeze: freeze.optional(),
  }),
);
export type HoldsAfter = Pick<Said<typeof turnedBackMessage>, 'pin' | 'freeze'>;

/** A holder stands halted from now on, or goes on. */
export const haltedMessage = new Message(z.object({ workflowId: name, runId: name, halted: z.boolean() }));

export const releaseMessage = new Message(
  z.object({
    workflowId: name,
    runId: name,
    epoch: epoch.optional(),
    outcome: z.enum(OUTCOMES),
    reason: words(2_000),
    digest: text.optional(),
    tenants: z.int().optional(),
    onTarget: z.int().optional(),
    back: z.int().optional(),
    quarantined: z.array(words(63)).optional(),
    touched: z.boolean().optional(),
    startedAt: time.optional(),
    pin: pin.optional(),
    freeze: freeze.optional(),
  }),
);
export type ReleaseMessage = Said<typeof releaseMessage>;

export const holdMessages = {
  pin: new Message(z.object({ tag, reason: reason(), actor: actor() })),
  unpin: new Message(z.object({ reason: reason(), actor: actor() })),
  freeze: new Message(z.object({ reason: reason(), actor: actor(), until: moment.optional() })),
  unfreeze: new Message(z.object({ reason: reason(), actor: actor() })),
} as const;
