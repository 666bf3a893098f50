import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packLock, unpackLock } from '../../../src/rollout/lock/carry.ts';
import { emptyLock, LEDGER_LENGTH, type Entry, type LockState } from '../../../src/rollout/lock/state.ts';
import * as lock from '../../../src/rollout/lock/transitions.ts';
import type { Outcome } from '../../../src/rollout/outcome.ts';
import { countOf, seedFor } from '../../support/nightly.ts';
import { entry } from './entries.ts';
import { ReferenceLock } from './reference.ts';

/** What is expected of the lock: the reference, and what is written down. */
class Expected extends ReferenceLock {
  readonly ledger: { readonly n: number; readonly outcome: Outcome }[] = [];
  good: number | undefined;
  /** Grants and grants made anew. */
  epoch = 0;
  /** What each deploy asked last. */
  readonly asked = new Map<number, Entry>();

  override grant(): void {
    const before = this.granted.length;
    super.grant();
    this.epoch += this.granted.length - before;
  }

  end(outcome: Outcome): void {
    const n = this.holder as number;
    this.free();
    this.ledger.unshift({ n, outcome });
    if (outcome === 'deployed') this.good = n;
    if (outcome !== 'rolled_back' || this.good !== n) return;
    const bad = new Set<number>();
    this.good = undefined;
    for (const past of this.ledger.slice(0, LEDGER_LENGTH)) {
      if (past.outcome === 'rolled_back') bad.add(past.n);
      else if (past.outcome === 'deployed' && !bad.has(past.n)) return void (this.good = past.n);
    }
  }
}

interface Real {
  state: LockState;
  now: number;
}

type Command = fc.Command<Expected, Real>;

/** A command in words, done to both, after which both must be the same. */
function command(
  name: string,
  expected: (model: Expected) => void,
  real: (state: LockState, now: number, model: Expected) => LockState,
  possible: (model: Expected) => boolean = () => true,
): Command {
  return {
    check: possible,
    toString: () => name,
    run: (model, lived) => {
      lived.now += 1;
      lived.state = real(lived.state, lived.now, model);
      expected(model);
      compare(model, lived.state);
    },
  };
}

function compare(model: Expected, { holder, queue, epoch, grants, ledger, lastKnownGood }: LockState): void {
  expect({
    holder: holder?.runId,
    queue: queue.map(({ runId }) => runId),
    epoch,
    grants,
    ledger: ledger.map((past) => [past.runId, past.outcome]),
    good: lastKnownGood?.tag,
  }).toEqual({
    holder: model.holder === undefined ? undefined : `run-${model.holder}`,
    queue: model.queue.map((n) => `run-${n}`),
    epoch: model.epoch,
    grants: model.epoch,
    ledger: model.ledger.slice(0, LEDGER_LENGTH).map(({ n, outcome }) => [`run-${n}`, outcome]),
    good: model.good === undefined ? undefined : `staging-${model.good}`,
  });
  if (holder !== undefined) expect(holder.epoch).toBe(epoch);
}

const name = fc.nat({ max: 5 });
const OUTCOMES = ['deployed', 'failed', 'rolled_back', 'superseded'] as const;
const always = { from: 0, to: Number.MAX_SAFE_INTEGER, name: 'a window' };

function ask(n: number, more: Partial<Entry>): Command {
  const asking = entry(n, more);
  return command(
    `request ${n} ${JSON.stringify(more)}`,
    (model) => {
      // The holder that asks anew, after a reset, is granted anew.
      if (model.holder === n && model.asked.get(n)?.nonce !== asking.nonce) model.epoch += 1;
      model.request({ ...asking, n });
      const isKept = model.holder === n || model.waits(n);
      if (isKept) model.asked.set(n, asking);
    },
    (state) => lock.request(state, asking),
  );
}

function endOf(n: number, outcome: Outcome): Command {
  const { workflowId, runId } = entry(n);
  return command(
    `release ${n} ${outcome}`,
    (model) => (model.holder === n ? model.end(outcome) : model.leave(n)),
    (state, now) => lock.release(state, { workflowId, runId, outcome, reason: '' }, now),
  );
}

/** What makes the lock go round: it stands here more than once, so that many lives are longer than the ledger. */
const turns: fc.Arbitrary<Command>[] = [
  fc.constantFrom(...OUTCOMES).map((outcome) =>
    command(
      `the holder ends ${outcome}`,
      (model) => model.end(outcome),
      (state, now) => lock.release(state, { ...(state.holder as Entry), outcome, reason: '' }, now),
      (model) => model.holder !== undefined,
    ),
  ),
  fc.constant(
    command(
      'grant',
      (model) => model.grant(),
      (state, now) => lock.grantNext(state, now)?.state ?? state,
    ),
  ),
];

const commands: fc.Arbitrary<Command>[] = [
  fc
    .record({
      n: name,
      readyAt: fc.nat({ max: 5 }),
      urgent: fc.boolean(),
      kind: fc.constantFrom('auto' as const, 'auto' as const, 'manual' as const, 'rollback' as const),
      nonce: fc.constantFrom('once', 'after a reset'),
    })
    .map(({ n, ...more }) => ask(n, more)),
  fc.tuple(name, fc.constantFrom(...OUTCOMES)).map(([n, outcome]) => endOf(n, outcome)),
  ...turns,
  ...turns,
  name.map((n) =>
    command(
      `${n} leaves`,
      (model) => (model.holder === n ? model.free() : model.leave(n)),
      (state, _, model) => lock.withdraw(state, model.asked.get(n) as Entry),
      (model) => model.asked.has(n),
    ),
  ),
  name.map((n) =>
    command(
      `${n} is withdrawn by hand`,
      (model) => model.leave(n),
      (state) => lock.withdraw(state, { workflowId: entry(n).workflowId, runId: entry(n).runId }),
    ),
  ),
  fc.constant(
    command(
      'the holder was gone at its grant',
      (model) => model.free(),
      (state, now) => (state.holder === undefined ? state : lock.dropHolder(state, state.holder, now)),
    ),
  ),
  fc.constant(
    command(
      'the holder’s chain of runs closed',
      (model) => model.end('failed'),
      (state, now) => lock.holderClosed(state, state.holder as never, 'terminated', now),
      (model) => model.holder !== undefined,
    ),
  ),
  fc.option(name, { nil: undefined }).map((n) =>
    command(
      n === undefined ? 'unpin' : `pin ${n}`,
      (model) => void (model.pin = n === undefined ? undefined : `staging-${n}`),
      ({ pin: _, ...state }) =>
        n === undefined ? state : { ...state, pin: { tag: `staging-${n}`, reason: 'r', actor: 'a', at: 0 } },
    ),
  ),
  fc.boolean().map((frozen) =>
    command(
      frozen ? 'freeze' : 'unfreeze',
      (model) => void (model.frozen = frozen),
      ({ freeze: _, ...state }) =>
        frozen ? { ...state, freeze: { reason: 'r', actor: 'a', at: 0 } } : state,
    ),
  ),
  fc.boolean().map((closed) =>
    command(
      closed ? 'a window closes' : 'the window opens',
      (model) => void (model.closed = closed),
      (state) => ({ ...state, closures: closed ? [always] : [] }),
    ),
  ),
  fc.constant(
    command(
      'continue as new',
      () => undefined,
      (state) => unpackLock(JSON.parse(JSON.stringify(packLock(state)))),
    ),
  ),
];

describe('The lock’s transitions', () => {
  it('come to what the reference says, after every command of whatever walk', () => {
    let done = 0;
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 150, size: 'max' }), (walk) => {
        fc.modelRun(() => ({ model: new Expected(), real: { state: emptyLock('shop'), now: 100 } }), walk);
        done += [...walk].length;
      }),
      { numRuns: countOf('lock walks'), seed: seedFor('test/rollout/lock/reference.property.test.ts') },
    );
    expect(done).toBeGreaterThan(1_000);
  });
});
