import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeFleet, type FleetFacts } from '../../src/rollout/fleet-verdict.ts';
import { judgeTenant, type Facts, type Straggler, type TenantState } from '../../src/rollout/tenants.ts';
import { failureOf, nameStragglers, type Tolerance } from '../../src/rollout/tolerance.ts';

const STRAGGLING = ['stale', 'unreachable', 'unhealthy', 'missing'] as const;
const SHA = 'a'.repeat(40);

const facts: fc.Arbitrary<Facts> = fc.record(
  {
    answer: fc.constantFrom<Facts['answer']>(
      { kind: 'sha', sha: SHA },
      { kind: 'dev', why: 'dev' },
      { kind: 'unreadable', why: 'no JSON' },
      { kind: 'unreachable', why: 'refused' },
    ),
    relation: fc.constantFrom('target', 'other', 'ahead'),
    health: fc.constantFrom('ok', 'unhealthy', 'unknown'),
    inResults: fc.boolean(),
  },
  { requiredKeys: ['answer', 'relation', 'health'] },
);

/** 0 is proven; a tenant that somebody moved forward is not this deploy’s success. */
const rank = (state: TenantState): number => (state === 'onTarget' ? 0 : state === 'ahead' ? 1 : 2);

test('I-14: a tenant is on the release only when it said so itself and nobody called it unhealthy', () => {
  fc.assert(
    fc.property(facts, (one) => {
      const proven = one.answer.kind === 'sha' && one.relation === 'target' && one.health !== 'unhealthy';
      expect(judgeTenant(one) === 'onTarget').toBe(proven);
    }),
  );
});

test('a verdict on a tenant is never better than that of each of its facts alone', () => {
  const best: Facts = { answer: { kind: 'sha', sha: SHA }, relation: 'target', health: 'ok' };
  fc.assert(
    fc.property(facts, ({ answer, relation, health, inResults }) => {
      const all = { ...best, answer, relation, health, ...(inResults === undefined ? {} : { inResults }) };
      const alone: Facts[] = [
        { ...best, answer },
        { ...best, relation: answer.kind === 'sha' ? relation : 'target' },
        // A tenant ahead is judged by where it is: whoever moved it proves it.
        { ...best, health: relation === 'ahead' && answer.kind === 'sha' ? 'ok' : health },
      ];
      for (const one of alone) expect(rank(judgeTenant(all))).toBeGreaterThanOrEqual(rank(judgeTenant(one)));
    }),
  );
});

type State = 'onTarget' | (typeof STRAGGLING)[number];
const canary = 't0';
const fleet = fc.array(fc.constantFrom<State>('onTarget', 'onTarget', 'onTarget', ...STRAGGLING), {
  maxLength: 12,
});
const tolerance: fc.Arbitrary<Tolerance> = fc.record({
  maxStragglers: fc.nat({ max: 4 }),
  canary: fc.constant(canary),
  tolerant: fc.boolean(),
});

function found(states: readonly State[], ahead = false): FleetFacts {
  const count = (state: State): number => states.filter((one) => one === state).length;
  return {
    total: states.length,
    onTarget: count('onTarget'),
    stragglers: states.flatMap((state, at): Straggler[] =>
      state === 'onTarget' ? [] : [{ slug: `t${at}`, state }],
    ),
    counts: {
      stale: count('stale'),
      unreachable: count('unreachable'),
      unhealthy: count('unhealthy'),
      missing: count('missing'),
    },
    ...(ahead ? { ahead: { slug: 't1', sha: SHA } } : {}),
  };
}

test('I-12: deployed means that every tenant is proven but those it names, which are within the tolerance', () => {
  fc.assert(
    fc.property(fleet, tolerance, fc.boolean(), (states, limits, ahead) => {
      const verdict = judgeFleet(found(states, ahead), limits);
      if (verdict.outcome !== 'deployed') return;
      const others = states.flatMap((state, at) => (state === 'onTarget' ? [] : [`t${at}`]));
      expect([...verdict.quarantined].sort()).toEqual(others.sort());
      expect(others).not.toContain(canary);
      expect(states.length).toBeGreaterThan(0);
      expect(ahead).toBe(false);
      if (!limits.tolerant) expect(others.length).toBeLessThanOrEqual(limits.maxStragglers);
      expect(states.filter((one) => one === 'unreachable').length * 2).toBeLessThan(states.length);
      if (others.length > 0) for (const slug of others) expect(verdict.reason).toContain(slug);
    }),
  );
});

test('a fleet that is wholly proven is deployed, and nothing else than a tenant ahead is superseded', () => {
  fc.assert(
    fc.property(fleet, tolerance, fc.boolean(), (states, limits, ahead) => {
      const { outcome } = judgeFleet(found(states, ahead), limits);
      if (!ahead) expect(outcome).not.toBe('superseded');
      if (!ahead && states.length > 0 && states.every((one) => one === 'onTarget'))
        expect(outcome).toBe('deployed');
    }),
  );
});

test('I-17: half a fleet that cannot be reached is an outage, whatever else was found', () => {
  fc.assert(
    fc.property(fleet, tolerance, fc.boolean(), (states, limits, ahead) => {
      const lost = states.filter((one) => one === 'unreachable').length;
      if (lost > 0 && lost * 2 >= states.length)
        expect(judgeFleet(found(states, ahead), limits).outcome).toBe('failed');
    }),
  );
});

test('one tenant that is worse, or not accounted for, never makes a verdict better', () => {
  const worse = fleet
    .filter((states) => states.includes('onTarget'))
    .chain((states) =>
      fc.tuple(
        fc.constant(states),
        fc.constantFrom(...states.flatMap((state, at) => (state === 'onTarget' ? [at] : []))),
        fc.constantFrom(...STRAGGLING),
      ),
    );
  fc.assert(
    fc.property(worse, tolerance, ([states, at, state], limits) => {
      const before = judgeFleet(found(states), limits);
      const after = judgeFleet(found(states.with(at, state)), limits);
      if (before.outcome === 'failed') expect(after.outcome).toBe('failed');
      const { onTarget, ...rest } = found(states);
      expect(judgeFleet({ ...rest, onTarget: onTarget - 1 }, limits).outcome).toBe('failed');
    }),
  );
});

test('the order in which stragglers are found changes no verdict', () => {
  fc.assert(
    fc.property(fleet, tolerance, (states, limits) => {
      const facts = found(states);
      const other = { ...facts, stragglers: facts.stragglers.toReversed() };
      expect(judgeFleet(other, limits).outcome).toBe(judgeFleet(facts, limits).outcome);
      expect(failureOf(other.stragglers, limits) === undefined).toBe(
        failureOf(facts.stragglers, limits) === undefined,
      );
    }),
  );
});

test('what stops the waves also fails the verdict: the final look is never milder than the waves were', () => {
  fc.assert(
    fc.property(fleet, tolerance, (states, limits) => {
      const facts = found(states);
      if (failureOf(facts.stragglers, limits) !== undefined)
        expect(judgeFleet(facts, limits).outcome).toBe('failed');
    }),
  );
});

test('a long list of stragglers is cut by number, never silently', () => {
  fc.assert(
    fc.property(fc.nat({ max: 60 }), (length) => {
      const list = Array.from({ length }, (_, at): Straggler => ({ slug: `t${at}`, state: 'stale' }));
      const text = nameStragglers(list);
      const named = text.match(/\(stale\)/g)?.length ?? 0;
      expect(named + Number(/ and (\d+) more$/.exec(text)?.[1] ?? 0)).toBe(length);
    }),
  );
});
