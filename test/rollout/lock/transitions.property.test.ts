import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packLock, unpackLock } from '../../../src/rollout/lock/carry.ts';
import { emptyLock, sameDeploy, type Entry, type LockState } from '../../../src/rollout/lock/state.ts';
import {
  dropHolder,
  grantNext,
  holderClosed,
  release,
  request,
  withdraw,
} from '../../../src/rollout/lock/transitions.ts';
import { entry } from './entries.ts';

/** One thing that may happen to the lock; numbers name deploys, so that things happen to the same ones. */
type Step =
  | { readonly do: 'request'; readonly n: number; readonly urgent: boolean; readonly rollback: boolean }
  | { readonly do: 'again' | 'withdraw' | 'release' | 'leave' | 'reset'; readonly n: number }
  | { readonly do: 'grant' | 'drop' | 'close' | 'carry' };

const number = fc.nat({ max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('request' as const), n: number, urgent: fc.boolean(), rollback: fc.boolean() }),
  fc.record({ do: fc.constantFrom('again', 'withdraw', 'release', 'leave', 'reset'), n: number }),
  fc.record({ do: fc.constantFrom('grant', 'drop', 'close', 'carry') }),
);

function entryOf(n: number, urgent = false, rollback = false): Entry {
  return entry(n, { urgent, kind: rollback ? 'rollback' : 'auto' });
}

function apply(state: LockState, one: Step, now: number): LockState {
  switch (one.do) {
    case 'request':
      return request(state, entryOf(one.n, one.urgent, one.rollback));
    case 'again': {
      const known = [...state.queue, ...(state.holder === undefined ? [] : [state.holder])];
      const same = known.find((other) => other.runId === `run-${one.n}`);
      return same === undefined ? state : request(state, same);
    }
    case 'reset':
      return request(state, { ...entryOf(one.n), nonce: `after the reset at ${now}` });
    case 'withdraw':
      return withdraw(state, { workflowId: entryOf(one.n).workflowId, runId: `run-${one.n}` });
    case 'leave':
      return withdraw(state, entryOf(one.n));
    case 'release': {
      const { workflowId, runId } = entryOf(one.n);
      return release(state, { workflowId, runId, outcome: 'deployed', reason: '' }, now);
    }
    case 'grant':
      return grantNext(state, now)?.state ?? state;
    case 'drop':
      return state.holder === undefined ? state : dropHolder(state, state.holder, now);
    case 'close':
      return state.holder === undefined ? state : holderClosed(state, state.holder, 'terminated', now);
    case 'carry':
      return unpackLock(JSON.parse(JSON.stringify(packLock(state))));
  }
}

/** Every state on the way, the first one included. */
function walk(steps: readonly Step[]): LockState[] {
  const states = [emptyLock('shop')];
  for (const [index, one] of steps.entries()) states.push(apply(states.at(-1) as LockState, one, index + 1));
  return states;
}

function eachStep(check: (before: LockState, after: LockState, one: Step) => void): void {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const states = walk(steps);
      steps.forEach((one, index) => check(states[index] as LockState, states[index + 1] as LockState, one));
    }),
    { numRuns: 500 },
  );
}

const isFirst = (one: Entry): boolean => one.urgent || one.kind === 'rollback';

describe('Whatever happens to the lock', () => {
  it('epochs never fall, and rise by one with each grant and with nothing else', () => {
    eachStep((before, after) => {
      expect(after.epoch - before.epoch).toBe(after.grants - before.grants);
      expect([0, 1]).toContain(after.epoch - before.epoch);
    });
  });

  it('the fleet passes from one to another only through nobody', () => {
    eachStep((before, after) => {
      if (before.holder === undefined || after.holder === undefined) return;
      expect(sameDeploy(before.holder, after.holder)).toBe(true);
    });
  });

  it('the holder has the highest epoch', () => {
    eachStep((_, after) => {
      if (after.holder !== undefined) expect(after.holder.epoch).toBe(after.epoch);
    });
  });

  it('the urgent and rollbacks stand before the rest, each group by the time it was ready', () => {
    eachStep((_, { queue }) => {
      const order = queue.map((one) => [isFirst(one) ? 0 : 1, one.readyAt] as const);
      expect(order).toEqual([...order].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    });
  });

  it('nobody stands in the queue twice, nor while it holds the fleet', () => {
    eachStep((_, { queue, holder }) => {
      const ids = [...queue, ...(holder === undefined ? [] : [holder])].map((one) => one.runId);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('nobody is lost: who waited waits, holds, or was taken out by name', () => {
    eachStep((before, after, one) => {
      for (const waiting of before.queue) {
        const isThere = [...after.queue, after.holder].some(
          (other) => other !== undefined && sameDeploy(other, waiting),
        );
        const named = 'n' in one && waiting.runId === `run-${one.n}`;
        const tookOut = one.do === 'withdraw' || one.do === 'release' || one.do === 'leave';
        expect(isThere || (named && tookOut)).toBe(true);
      }
    });
  });

  it('a request delivered twice changes nothing but the count of requests', () => {
    eachStep((before, after, one) => {
      if (one.do === 'again') expect(after).toEqual({ ...before, requests: after.requests });
    });
  });

  it('a holder that loses the fleet stands in the ledger, unless it never heard of its grant', () => {
    eachStep((before, after, one) => {
      if (before.holder === undefined || after.holder !== undefined) return;
      const written = after.ledger[0]?.epoch === before.holder.epoch;
      expect(written).toBe(one.do === 'release' || one.do === 'close');
    });
  });

  it('a free fleet goes to the first of the queue', () => {
    eachStep((before, after, one) => {
      if (one.do !== 'grant' || before.holder !== undefined) return;
      expect(after.holder?.runId).toBe(before.queue[0]?.runId);
    });
  });
});
