import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Grant, RequestMessage } from '../activities/contract.ts';
import type { LockView } from '../rollout/lock/view.ts';
import type { ReleaseMessage } from '../rollout/lock/messages.ts';
import type { CommandName, DeployStatus, Receipt } from './status.ts';

/** What people and other workflows say to a deploy or to the lock. Documented in docs/steering.md. */
export const COMMANDS = [
  'halt',
  'resume',
  'abort',
  'rollback',
  'supersede',
  'skip-soak',
  'approve',
  'reject',
] as const satisfies readonly CommandName[];

/** Signals never fail and work typed by hand into Temporal UI; the update of the same name answers with a receipt. */
export const commandSignal = (name: CommandName) => defineSignal<[unknown]>(name);
export const commandUpdate = (name: CommandName) => defineUpdate<Receipt, [unknown]>(name);

export const statusQuery = defineQuery<DeployStatus>('status');

/** From the lock: the fleet is yours. */
export const grantSignal = defineSignal<[Grant]>('grant');
/** From a wave's activity that was told to stop sending while its call is out. */
export const inFlightSignal =
  defineSignal<[{ wave: number; stage: 'sending' | 'settling'; since: number }]>('in-flight');

export const requestSignal = defineSignal<[RequestMessage]>('request');
export const withdrawSignal = defineSignal<[{ workflowId: string; runId: string }]>('withdraw');
export const releaseSignal = defineSignal<[ReleaseMessage]>('release');

export const HOLDS = ['pin', 'unpin', 'freeze', 'unfreeze'] as const;
export type HoldName = (typeof HOLDS)[number];
export const holdUpdate = (name: HoldName) => defineUpdate<LockView, [unknown]>(name);
export const holdSignal = (name: HoldName) => defineSignal<[unknown]>(name);
/** The lock as people see it; the argument limits how much of the queue. */
export const lockQuery = defineQuery<LockView, [number?]>('state');
