import { isGrpcServiceError, ServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packLock, unpackLock } from '../../src/rollout/lock/carry.ts';
import { nextChange } from '../../src/rollout/lock/holds.ts';
import {
  callOverMessage,
  haltedMessage,
  holdMessages,
  releaseMessage,
  requestMessage,
  turnedBackMessage,
  turnMessage,
  withdrawMessage,
} from '../../src/rollout/lock/messages.ts';
import { emptyLock, type LockState } from '../../src/rollout/lock/state.ts';
import * as lock from '../../src/rollout/lock/transitions.ts';
import { viewOf } from '../../src/rollout/lock/view.ts';
import { lockDetails } from '../../src/workflows/details.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import * as messageNames from '../../src/workflows/messages.ts';
import { countOf } from '../support/nightly.ts';
import { until } from '../support/until.ts';
import { startLane, type Lane } from '../support/worker.ts';
import { fuzz, FUZZ_TIMEOUT_MS, SEED } from './fuzz.ts';
import { mutated } from './mutations.ts';

const { commandUpdate, COMMANDS, HOLDS, holdUpdate, lockQuery, statusQuery } = messageNames;
const now = Date.UTC(2026, 10, 21);
const deploy = { workflowId: 'deploy/production/x', runId: 'run-1' };
const sha = '0123456789'.repeat(4);
const originals = {
  request: {
    ...deploy,
    nonce: 'n1',
    sha,
    tag: 'staging-0123456',
    kind: 'auto',
    urgent: false,
    actor: 'ci',
    reason: '',
    readyAt: now,
    closures: [{ name: 'weekend', from: now, to: now + 86_400_000 }],
  },
  withdraw: { ...deploy, nonce: 'n1' },
  release: { ...deploy, epoch: 1, outcome: 'deployed', reason: 'arrived', tenants: 7, quarantined: ['a'] },
  'turned-back': { ...deploy, pin: { tag: 'staging-0123456', reason: 'bad', actor: 'ann' } },
  halted: { ...deploy, halted: true },
  'call-over': deploy,
  turn: { ...deploy, nonce: 'n1' },
  grant: { epoch: 1, nonce: 'n1' },
  next: { runId: 'run-1', nonce: 'n1' },
  'in-flight': { wave: 0, scope: '0', stage: 'sending', since: now },
  pin: { tag: 'staging-0123456', reason: 'bad', actor: 'ann' },
  unpin: { reason: 'good', actor: 'ann' },
  freeze: { reason: 'sale', actor: 'ann', until: '2026-11-22T18:00:00Z' },
  unfreeze: { reason: 'over', actor: 'ann' },
  ...Object.fromEntries(COMMANDS.map((name) => [name, { reason: 'because', actor: 'ann', by: '2863380' }])),
};
const schemas = {
  request: requestMessage,
  withdraw: withdrawMessage,
  release: releaseMessage,
  'turned-back': turnedBackMessage,
  halted: haltedMessage,
  'call-over': callOverMessage,
  turn: turnMessage,
  ...holdMessages,
};

/** A message by its name, mutated. */
const messages = (names: readonly string[]): fc.Arbitrary<readonly [name: string, message: unknown]> =>
  fc.oneof(
    ...names.map((name) =>
      mutated((originals as Record<string, unknown>)[name]).map((message) => [name, message] as const),
    ),
  );

/** What a message that was understood does to the lock's state. */
function applied(state: LockState, name: string, message: unknown): LockState {
  switch (name) {
    case 'request': {
      const { closures, ...entry } = requestMessage.parse(message);
      return lock.request(state, { ...entry, requestedAt: now }, closures);
    }
    case 'withdraw': {
      const { nonce, ...who } = withdrawMessage.parse(message);
      return lock.withdraw(state, { ...who, ...(nonce === undefined ? {} : { nonce }) });
    }
    case 'release':
      return lock.release(state, releaseMessage.parse(message) as lock.Release, now);
    case 'halted':
      return lock.stand(state, haltedMessage.parse(message), now);
    case 'pin':
      return { ...state, pin: { ...holdMessages.pin.parse(message), at: now } };
    case 'freeze': {
      const { until: end, ...rest } = holdMessages.freeze.parse(message);
      return { ...state, freeze: { ...rest, at: now, ...(end === undefined ? {} : { until: end }) } };
    }
    default:
      return state;
  }
}

describe('mutated messages to the lock', () => {
  it(
    'are refused, or leave a state that can be shown, carried on, waited with and granted from',
    () =>
      fuzz(fc.array(messages(Object.keys(schemas)), { minLength: 1, maxLength: 6 }), (said) => {
        let state = emptyLock('production');
        for (const [name, message] of said) {
          if (!schemas[name as keyof typeof schemas].safeParse(message).success) continue;
          state = applied(state, name, message);
          const granted = lock.grantNext(state, now);
          state = granted?.state ?? state;
          expect(lockDetails(viewOf(state, now))).not.toBe('');
          expect(unpackLock(JSON.parse(JSON.stringify(packLock(state))))).toEqual(
            JSON.parse(JSON.stringify(state)),
          );
          // What Temporal can wait for: a timer of at most some centuries.
          expect(nextChange(state, now) ?? now).toBeLessThan(now + 200 * 366 * 86_400_000);
          expect(JSON.stringify(packLock(state)).length).toBeLessThan(256 * 1024);
          expect(Number.isSafeInteger(state.epoch) && state.epoch >= 0).toBe(true);
        }
      }),
    FUZZ_TIMEOUT_MS,
  );
});

describe('signals of any kind', () => {
  let lane: Lane;
  beforeAll(async () => (lane = await startLane()));
  afterAll(async () => lane.stop());

  it('are all among those that are mutated here', () => {
    const named = Object.values(messageNames).flatMap((one) =>
      typeof one === 'object' && 'type' in one && one.type !== 'query' ? [one.name] : [],
    );
    expect(named.length).toBeGreaterThan(8);
    expect([...named, ...COMMANDS, ...HOLDS].filter((name) => !(name in originals))).toEqual([]);
  });

  it(
    'wedge neither a deploy nor the lock',
    async () => {
      const said = fc.sample(messages(Object.keys(originals)), {
        numRuns: countOf('fuzz signals'),
        seed: SEED,
      });
      // A history has an end: after so many signals another fleet takes the rest.
      for (let from = 0; from < said.length; from += 1_000) await storm(said.slice(from, from + 1_000));
    },
    FUZZ_TIMEOUT_MS,
  );

  async function storm(said: readonly (readonly [name: string, message: unknown])[]): Promise<void> {
    const world = await lane.world({ fleet: { halt: { deadline: '10m' } } });
    const first = world.sim.forge.push();
    const waiting = await world.start(first);
    await until(async () => (await waiting.query(statusQuery)).phase === 'gates');
    const theLock = lane.environment.client.workflow.getHandle(lockId(world.name));
    // The lock is there as soon as somebody has asked for it.
    await world.deploy(world.green());
    const names = [...Object.keys(originals), 'unknown', '__proto__'];
    for (const [index, [name, message]] of said.entries()) {
      const signal = index % 25 === 0 ? (names[index % names.length] ?? name) : name;
      // What ends a deploy does so by right; whoever sends it is an operator.
      const both = ['abort', 'supersede', 'rollback', 'reject'].includes(signal)
        ? [theLock]
        : [theLock, waiting];
      await Promise.all(both.map((workflow) => workflow.signal(signal, message)));
      // An update is answered or refused, at once.
      if (index % 10 !== 0) continue;
      const asked = index / 10;
      const command = (['halt', 'resume', 'skip-soak', 'approve'] as const)[asked % 4] ?? 'halt';
      const hold = HOLDS[asked % HOLDS.length] ?? 'unpin';
      await answered(() => waiting.executeUpdate(commandUpdate(command), { args: [message] }));
      await answered(() => theLock.executeUpdate(holdUpdate(hold), { args: [message] }));
    }
    // Both answer, and the queue goes on once people have taken their holds off.
    expect((await waiting.query(statusQuery)).phase).toBeDefined();
    for (const name of HOLDS.filter((hold) => hold.startsWith('un')))
      await answered(() =>
        theLock.executeUpdate(holdUpdate(name), { args: [{ reason: 'after the storm', actor: 'ann' }] }),
      );
    const view = await theLock.query(lockQuery);
    expect([view.pin, view.freeze]).toEqual([undefined, undefined]);
    expect(view.epoch).toBeGreaterThan(0);
    const end = await world.deploy(world.green(), { kind: 'manual' });
    expect(end.outcome).toBe('deployed');
    await waiting.terminate('the test is over');
  }
});

/** A lock that goes on as a new run while signals rain reads its whole history again: seconds, on a busy machine. */
const UNTIL_ANSWERED_MS = 180_000;
/** FAILED_PRECONDITION: what Temporal says of an update while a workflow's task has not been done in time. */
const TASK_IS_LATE = 9;

/**
 * Asks until a workflow takes an update or refuses it; asked again is only what Temporal itself gave back.
 * @throws anything else: a crash, or a workflow that does not answer.
 */
async function answered(ask: () => Promise<unknown>): Promise<void> {
  await until(async () => {
    try {
      await ask();
    } catch (error) {
      if (isLate(error)) return false;
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    }
    return true;
  }, UNTIL_ANSWERED_MS);
}

function isLate(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    isGrpcServiceError(error.cause) &&
    Number(error.cause.code) === TASK_IS_LATE
  );
}
