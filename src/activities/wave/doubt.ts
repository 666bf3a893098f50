import type { CallAnswer } from '../../control-plane/answer.ts';

/** An answer after which nobody knows what the call did: the tenants say it. */
export type Doubt = Extract<CallAnswer, { kind: 'doubt' }>;

/** A call that ran out of its whole budget twice: the control plane works, and whoever is left is wedged (I-12). */
export const MOST_SPENT = 2;

/** `status 502`, `no answer`, `not json (status 200)`: for people. */
export function inWords({ why, status }: Doubt): string {
  return why === 'status'
    ? `status ${status}`
    : `${why.replaceAll('-', ' ')}${status === undefined ? '' : ` (status ${status})`}`;
}

/** Whether the call may still be at work: its tenants get the time to settle before anything is sent again (I-10). */
export function mayStillWork({ why, sent, status, transient }: Doubt): boolean {
  return sent && (why !== 'status' || status === 504 || !transient);
}

/** Whether the call used up its whole budget: another one may, a third would not help (I-12). */
export function wasSpent({ why, sent }: Doubt): boolean {
  return why === 'timeout' && sent;
}

/** 1 s, 4 s, 16 s after the first, second, third try: a control plane that comes and goes is back by then (I-11). */
export function backOff(attempt: number): number {
  return 1_000 * 4 ** (attempt - 1);
}
