import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Grant, RequestMessage, Turn } from '../activities/contract.ts';
import type { CarriedLock } from '../rollout/lock/carry.ts';
import type { HoldsAfter, ReleaseMessage } from '../rollout/lock/messages.ts';
import type { Holder } from '../rollout/lock/state.ts';
import type { Withdrawal } from '../rollout/lock/transitions.ts';
import type { LockView } from '../rollout/lock/view.ts';
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
export const inFlightSignal = defineSignal<[InFlightMessage]>('in-flight');
export interface InFlightMessage {
  readonly wave: number;
  /** Which try of the wave, as it stands in the activity's input. */
  readonly scope: string;
  readonly stage: 'sending' | 'settling';
  /** ms since the epoch. */
  readonly since: number;
}

/** From the lock: your turn is next, so ask for it by `turn`. */
export const nextSignal = defineSignal<[{ runId: string; nonce: string }]>('next');

export const requestSignal = defineSignal<[RequestMessage]>('request');
export const withdrawSignal = defineSignal<[Withdrawal]>('withdraw');
export const releaseSignal = defineSignal<[ReleaseMessage]>('release');
export const releaseUpdate = defineUpdate<void, [ReleaseMessage]>('release');
/** From a holder that takes its tenants back: the fleet is pinned from now on. */
export const turnedBackSignal = defineSignal<[Deployed & HoldsAfter]>('turned-back');
/** From a holder that stands halted from now on, or goes on: while it does nobody can tell when it ends. */
export const haltedSignal = defineSignal<[Deployed & { halted: boolean }]>('halted');
/** From the worker of a deploy that was terminated while its call was out: that call is over. */
export const callOverSignal = defineSignal<[Deployed]>('call-over');
/** Open until the fleet is the asking deploy's own. */
export const turnUpdate = defineUpdate<Turn, [Deployed & { nonce: string }]>('turn');

type Deployed = { readonly workflowId: string; readonly runId: string };

export const HOLDS = ['pin', 'unpin', 'freeze', 'unfreeze'] as const;
export type HoldName = (typeof HOLDS)[number];
export const holdUpdate = (name: HoldName) => defineUpdate<LockView, [unknown]>(name);
export const holdSignal = (name: HoldName) => defineSignal<[unknown]>(name);
/** The lock as people see it; the argument limits how much of the queue. */
export const lockQuery = defineQuery<LockView, [number?]>('state');
/** Who holds the fleet, for a last look before a call. */
export const holderQuery = defineQuery<HolderView>('holder');
export interface HolderView {
  readonly starting: boolean;
  readonly epoch: number;
  readonly holder?: Holder;
}
/** The whole state, for the lock after this one; null while it does not know it yet. */
export const carryQuery = defineQuery<CarriedLock | null>('carry');
