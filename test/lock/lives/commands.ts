import fc from 'fast-check';
import { carryQuery } from '../../../src/workflows/messages.ts';
import type { Asking } from '../../rollout/lock/reference.ts';
import { agree, handleOf, type Expected, type Real } from './life.ts';

export type Command = fc.AsyncCommand<Expected, Real>;

const because: { args: [object] } = { args: [{ reason: 'a test', actor: 'a test' }] };

/** Something that is done to the real lock and expected of the reference, after which both must agree. */
function command(
  name: string,
  possible: (model: Expected) => boolean,
  work: (model: Expected, real: Real) => Promise<void>,
): Command {
  return {
    check: possible,
    toString: () => name,
    run: async (model, real) => {
      try {
        await work(model, real);
        model.grant();
        await agree(model, real);
      } catch (error) {
        throw new Error(`after "${name}" on ${real.fleet.name}: ${String(error)}`, { cause: error });
      }
    },
  };
}

/** The same for one of the deploys that it is possible for; `pick` chooses. */
function toOne(
  name: string,
  candidates: (model: Expected) => readonly number[],
  work: (n: number, model: Expected, real: Real) => Promise<void>,
): fc.Arbitrary<Command> {
  return fc.nat({ max: 1_000 }).map((pick) =>
    command(
      `${name} (${pick})`,
      (model) => candidates(model).length > 0,
      (model, real) => {
        const all = candidates(model);
        return work(all[pick % all.length] as number, model, real);
      },
    ),
  );
}

const holder = ({ holder: n }: Expected): number[] => (n === undefined ? [] : [n]);
const waiting = (model: Expected): number[] => model.queue;
const unsteered = (model: Expected): number[] =>
  [...model.queue, ...holder(model)].filter((n) => !model.steered.has(n));

const request = fc
  .record({
    ready: fc.nat({ max: 20 }),
    urgent: fc.boolean(),
    kind: fc.constantFrom('auto' as const, 'auto' as const, 'manual' as const, 'rollback' as const),
  })
  .map(({ ready, urgent, kind }) =>
    command(
      `request (ready at ${ready}, ${urgent ? 'urgent ' : ''}${kind})`,
      ({ queue }) => queue.length < 6,
      async (model, { fleet, deploys }) => {
        const n = deploys.size + 1;
        // No two are ready at once: which of them the lock hears first is up to the server.
        const readyAt = ready * 1_000 + n;
        deploys.set(n, await fleet.ask(n, { readyAt, urgent, kind }));
        const asking: Asking = {
          n,
          readyAt,
          urgent,
          kind,
          tag: `staging-${n.toString(16).padStart(7, '0')}`,
        };
        model.askings.set(n, asking);
        model.request(asking);
      },
    ),
  );

const release = toOne('the holder ends', holder, async (n, model, real) => {
  await handleOf(real, n).signal('finish');
  model.deployed.push(n);
  model.end();
});

/** Terminated, a holder gives nothing back and a waiter says nothing; the lock finds out. */
const terminate = toOne(
  'terminate',
  (model) => [...waiting(model), ...holder(model)],
  async (n, model, real) => {
    await handleOf(real, n).terminate('a test');
    if (model.holder === n) model.end();
    model.leave(n);
    model.over.add(n);
  },
);

const reset = toOne('reset', unsteered, async (n, model, real) => {
  await real.fleet.reset(handleOf(real, n));
  if (model.holder === n) model.acts.push(n);
});

const halt = toOne('halt', waiting, async (n, model, real) => {
  await handleOf(real, n).executeUpdate('halt', because);
  model.leave(n);
  model.halted.add(n);
  model.steered.add(n);
});

const resume = toOne(
  'resume',
  (model) => [...model.halted],
  async (n, model, real) => {
    await handleOf(real, n).executeUpdate('resume', because);
    model.halted.delete(n);
    model.request(model.askings.get(n) as Asking);
  },
);

const abort = toOne(
  'abort',
  (model) => [...waiting(model), ...model.halted],
  async (n, model, real) => {
    await handleOf(real, n).signal('abort', { reason: 'a test' });
    model.leave(n);
    model.halted.delete(n);
    model.aborted.push(n);
  },
);

/** A request that is delivered once more: by a retry, or typed by hand. */
const again = toOne('request once more', waiting, async (n, _, { fleet, deploys }) => {
  const carried = await fleet.lock.query(carryQuery);
  const id = deploys.get(n)?.workflowId;
  const row = carried?.queue.find(
    (one) => (one[0] === '' ? `deploy/${fleet.name}/${one[3]}` : one[0]) === id,
  );
  if (row === undefined) throw new Error(`${id} does not wait`);
  const [, runId, nonce, sha, tag, kind, urgent, actor, reason, readyAt] = row;
  await fleet.lock.signal('request', {
    ...{ workflowId: id, runId, nonce: nonce === '' ? runId : nonce, sha, tag, kind, urgent: urgent === 1 },
    ...{ actor, reason, readyAt, closures: [] },
  });
});

const pin = fc.nat({ max: 8 }).map((n) => {
  const tag = `staging-${n.toString(16).padStart(7, '0')}`;
  return command(
    `pin ${tag}`,
    (model) => model.pin === undefined,
    async (model, { fleet }) => {
      await fleet.lock.executeUpdate('pin', { args: [{ tag, reason: 'a test' }] });
      model.pin = tag;
    },
  );
});

const unpin = fc.constant(
  command(
    'unpin',
    (model) => model.pin !== undefined,
    async (model, { fleet }) => {
      await fleet.lock.executeUpdate('unpin', because);
      model.pin = undefined;
    },
  ),
);

const freeze = fc.constant(
  command(
    'freeze',
    (model) => !model.frozen,
    async (model, { fleet }) => {
      await fleet.lock.executeUpdate('freeze', because);
      model.frozen = true;
    },
  ),
);

const unfreeze = fc.constant(
  command(
    'unfreeze',
    (model) => model.frozen,
    async (model, { fleet }) => {
      await fleet.lock.executeUpdate('unfreeze', because);
      model.frozen = false;
    },
  ),
);

const SIGNALS = [
  'request',
  'withdraw',
  'release',
  'turned-back',
  'call-over',
  'pin',
  'unpin',
  'freeze',
  'nothing',
];

const nonsense = fc.tuple(fc.constantFrom(...SIGNALS), fc.jsonValue()).map(([name, payload]) =>
  command(
    `nonsense: ${name} ${JSON.stringify(payload).slice(0, 60)}`,
    () => true,
    async (_, { fleet }) => fleet.lock.signal(name, payload),
  ),
);

/** Well-formed, and by one that has no right to it: late, or typed by hand. */
const stray = toOne(
  'a stray release, and a withdrawal by hand',
  (model) => [...model.deployed, ...model.aborted],
  async (n, model, { fleet, deploys }) => {
    const of = (one: number) => ({
      workflowId: deploys.get(one)?.workflowId,
      runId: deploys.get(one)?.firstExecutionRunId,
    });
    await fleet.lock.signal('release', { ...of(n), outcome: 'deployed', reason: 'late' });
    if (model.holder !== undefined) await fleet.lock.signal('withdraw', of(model.holder));
  },
);

/** Enough signals at once that the lock goes on as a new run while they rain. */
const rain = fc.constant(
  command(
    'a rain of signals',
    () => true,
    async (_, { fleet }) => {
      await Promise.all(Array.from({ length: 60 }, (__, n) => fleet.lock.signal('rain', n)));
    },
  ),
);

const cancel = fc.constant(
  command(
    'cancel the lock',
    () => true,
    async (_, { fleet }) => void (await fleet.lock.cancel()),
  ),
);

const lose = fc.constant(
  command(
    'terminate the lock',
    (model) => model.losses < 1,
    async (model, { fleet }) => {
      model.losses += 1;
      await fleet.lock.terminate('a test');
      await fleet.begin();
    },
  ),
);

const restart = fc.constant(
  command(
    'restart the worker',
    (model) => model.restarts < 1,
    async (model, { world }) => {
      model.restarts += 1;
      await world.restart();
    },
  ),
);

/** What may happen in a life; what stands here more than once happens more often. */
export const commands: fc.Arbitrary<Command>[] = [
  ...Array.from({ length: 7 }, () => request),
  ...Array.from({ length: 3 }, () => release),
  ...[terminate, terminate, reset, halt, halt, resume, abort, again, stray],
  ...[pin, unpin, unpin, freeze, unfreeze, unfreeze],
  ...[nonsense, nonsense, rain, cancel, lose, restart],
];
