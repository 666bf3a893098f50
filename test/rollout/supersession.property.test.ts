import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ancestryOf, supersededBy, type SupersedePolicy } from '../../src/rollout/supersession.ts';

const POLICIES: readonly SupersedePolicy[] = ['newest-ready', 'head', 'never'];

/** A history: each commit's parents are earlier ones; the first is the root. */
const history = fc
  .array(fc.tuple(fc.nat(), fc.option(fc.nat(), { nil: undefined })), { minLength: 1, maxLength: 12 })
  .map((links) => {
    const reach: Set<number>[] = [new Set([0])];
    for (const [at, [first, second]] of links.entries()) {
      const parents = [first, ...(second === undefined ? [] : [second])].map((one) => one % (at + 1));
      reach.push(new Set([at + 1, ...parents.flatMap((one) => [...(reach[one] ?? [])])]));
    }
    return reach;
  });

/** How the compare API counts: commits in `to` and not in `from`. */
function commits(from: ReadonlySet<number>, to: ReadonlySet<number>): number {
  return [...to].filter((one) => !from.has(one)).length;
}

function relation(reach: readonly ReadonlySet<number>[], sha: number, other: number) {
  const [own, its] = [reach[sha] ?? new Set<number>(), reach[other] ?? new Set<number>()];
  return ancestryOf(commits(own, its), commits(its, own));
}

const view = (reach: readonly ReadonlySet<number>[], sha: number, others: readonly number[]) =>
  others.map((other) => ({ sha: String(other), ancestry: relation(reach, sha, other) }));

test('a commit descends from another exactly when it contains it, and then the other is its ancestor', () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.nat(), (reach, one, two) => {
      const [a, b] = [one % reach.length, two % reach.length];
      const contains = a !== b && reach[b]?.has(a) === true;
      expect(relation(reach, a, b) === 'descendant').toBe(contains);
      expect(relation(reach, b, a) === 'ancestor').toBe(contains);
      expect(relation(reach, a, b) === 'same').toBe(a === b);
    }),
  );
});

test('of deploys that wait with green gates at least one goes out, whatever the history: they never all give way', () => {
  fc.assert(
    fc.property(history, (reach) => {
      const all = [...reach.keys()];
      const left = all.filter(
        (sha) =>
          supersededBy({
            policy: 'newest-ready',
            queued: view(
              reach,
              sha,
              all.filter((one) => one !== sha),
            ),
            running: [],
          }) === undefined,
      );
      expect(left.length).toBeGreaterThan(0);
      // Each that gave way is contained in one that goes out: no commit is lost.
      for (const sha of all) expect(left.some((one) => reach[one]?.has(sha))).toBe(true);
    }),
  );
});

const facts = history.chain((reach) =>
  fc.record({
    reach: fc.constant(reach),
    sha: fc.nat({ max: reach.length - 1 }),
    queued: fc.array(fc.nat({ max: reach.length - 1 }), { maxLength: 5 }),
    running: fc.array(fc.nat({ max: reach.length - 1 }), { maxLength: 5 }),
    head: fc.option(fc.nat({ max: reach.length - 1 }), { nil: undefined }),
    policy: fc.constantFrom(...POLICIES),
  }),
);

test('I-01: a fleet that runs a descendant is never moved backward, under any policy, and only a descendant supersedes', () => {
  fc.assert(
    fc.property(facts, ({ reach, sha, queued, running, head, policy }) => {
      const by = supersededBy({
        policy,
        queued: view(reach, sha, queued),
        running: view(reach, sha, running),
        ...(head === undefined ? {} : { head: view(reach, sha, [head])[0] ?? never() }),
      });
      const newer = (one: number | undefined): boolean =>
        one !== undefined && one !== sha && reach[one]?.has(sha) === true;
      const expected =
        running.some(newer) ||
        (policy !== 'never' && queued.some(newer)) ||
        (policy === 'head' && newer(head));
      expect(by !== undefined).toBe(expected);
      if (by !== undefined) expect(newer(Number(by))).toBe(true);
    }),
  );
});

test('what cannot be compared supersedes nothing', () => {
  const unsure = fc.constantFrom<'unknown' | 'unrelated' | 'ancestor' | 'same'>(
    'unknown',
    'unrelated',
    'ancestor',
    'same',
  );
  const list = fc.array(fc.record({ sha: fc.constant('abc'), ancestry: unsure }));
  fc.assert(
    fc.property(list, list, unsure, fc.constantFrom(...POLICIES), (queued, running, ancestry, policy) => {
      const head = { sha: 'abc', ancestry };
      expect(supersededBy({ policy, queued, running, head })).toBeUndefined();
    }),
  );
  expect([ancestryOf(undefined, 1), ancestryOf(1, undefined)]).toEqual(['unknown', 'unknown']);
});

function never(): never {
  throw new Error('a list of one has a first');
}
