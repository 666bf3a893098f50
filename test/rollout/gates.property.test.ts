import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  judgeGates,
  nameGates,
  verdictOf,
  type GateRow,
  type GateRowState,
} from '../../src/rollout/gates.ts';
import { mergedRows, type CheckRow } from '../../src/forge/github-rows.ts';

const STATES = [
  'success',
  'pending',
  'failure',
  'error',
  'cancelled',
  'skipped',
  'warning',
  'unknown',
] as const satisfies readonly GateRowState[];
const CONTEXTS = ['CI / a (push)', 'CI / b (push)', 'CI / c (push)', 'CI / d (push)'];

const rows: fc.Arbitrary<GateRow[]> = fc.uniqueArray(
  fc.record({
    id: fc.nat({ max: 500 }),
    context: fc.constantFrom(...CONTEXTS),
    state: fc.constantFrom(...STATES, 'success', 'success', 'success'),
    description: fc.constant(''),
    url: fc.constant(''),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
);
const required = fc.uniqueArray(fc.constantFrom(...CONTEXTS), { maxLength: 4 });

/** What is required of a context, said another way than the code says it. */
function isGreen(all: readonly GateRow[], context: string): boolean {
  const own = all.filter((row) => row.context === context).sort((a, b) => b.id - a.id);
  return own[0]?.state === 'success';
}

test('I-05: whatever order rows and pages come in, and however often, the highest id of each context decides', () => {
  const shuffled = rows.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.subarray(all), // A page that shifted while it was read: its rows come twice.
    ),
  );
  fc.assert(
    fc.property(shuffled, required, ([all, other, twice], contexts) => {
      const gates = judgeGates([...other, ...twice], contexts);
      expect(gates).toEqual(judgeGates(all, contexts));
      expect(gates.map((gate) => gate.state === 'green')).toEqual(
        contexts.map((context) => isGreen(all, context)),
      );
    }),
  );
});

test('the gates are green exactly when each required one is, and never when none is required', () => {
  fc.assert(
    fc.property(rows, required, (all, contexts) => {
      const verdict = verdictOf(judgeGates(all, contexts));
      expect(verdict === 'green').toBe(contexts.length > 0 && contexts.every((one) => isGreen(all, one)));
    }),
  );
});

test('one more required context never makes the gates greener', () => {
  const rank = { refused: 0, waiting: 1, green: 2 } as const;
  fc.assert(
    fc.property(rows, fc.shuffledSubarray(CONTEXTS, { minLength: 2 }), (all, contexts) => {
      const verdict = (some: readonly string[]) => rank[verdictOf(judgeGates(all, some))];
      expect(verdict(contexts)).toBeLessThanOrEqual(verdict(contexts.slice(1)));
    }),
  );
});

test('what is not green is named, with its context, in what is refused or still waited for', () => {
  fc.assert(
    fc.property(rows, required, (all, contexts) => {
      const gates = judgeGates(all, contexts);
      const named = `${nameGates(gates, 'refused')}\n${nameGates(gates, 'waiting')}`;
      for (const gate of gates) expect(named.includes(gate.context)).toBe(gate.state !== 'green');
    }),
  );
});

test('statuses and check runs of one context never hide each other’s failure on GitHub, in any order', () => {
  const checks = rows.chain((all) =>
    fc
      .array(fc.nat({ max: 2 }), { minLength: all.length, maxLength: all.length })
      .map((suites) => all.map((row, at): CheckRow => ({ ...row, suite: suites[at] ?? 0 }))),
  );
  const worst = (states: readonly (GateRowState | undefined)[]): GateRowState[] =>
    states.filter((state): state is GateRowState => state !== undefined && state !== 'success');
  fc.assert(
    fc.property(rows, checks, (statuses, runs) => {
      const merged = mergedRows(statuses, runs);
      expect(judgeGates(mergedRows(statuses.toReversed(), runs.toReversed()), CONTEXTS).map(stateOf)).toEqual(
        judgeGates(merged, CONTEXTS).map(stateOf),
      );
      for (const context of CONTEXTS) {
        const newest = [0, 1, 2].map((suite) =>
          newestOf(
            runs.filter((run) => run.suite === suite),
            context,
          ),
        );
        const bad = worst([newestOf(statuses, context), ...newest]);
        const green = verdictOf(judgeGates(merged, [context])) === 'green';
        if (bad.length > 0) expect(green).toBe(false);
      }
    }),
  );
});

function newestOf(all: readonly GateRow[], context: string): GateRowState | undefined {
  return all.filter((row) => row.context === context).sort((a, b) => b.id - a.id)[0]?.state;
}

function stateOf({ state }: { readonly state: string }): string {
  return state;
}
