import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GitModel } from '../../../src/simulator/forge/git.ts';

test('the same seed gives the same SHAs, another seed others', () => {
  const shas = (seed: number): string[] => {
    const git = new GitModel(seed, 'main');
    return [git.head(), git.commit(), git.commit()];
  };
  expect(shas(7)).toEqual(shas(7));
  expect(shas(7)).not.toEqual(shas(8));
});

test('compare counts what a walk of the parents counts, whatever the shape of the history', () => {
  // Each number names the parents of one more commit: one parent, or two for a merge.
  const history = fc.array(fc.tuple(fc.nat(), fc.option(fc.nat(), { nil: undefined })), { maxLength: 25 });
  fc.assert(
    fc.property(history, fc.nat(), fc.nat(), (shape, a, b) => {
      const git = new GitModel(1, 'main');
      const shas = [git.head()];
      const reach = [new Set([0])];
      for (const [first, other] of shape) {
        const parents = [first, ...(other === undefined ? [] : [other])].map((n) => n % shas.length);
        shas.push(git.commit({ parent: parents.map((n) => shas[n] as string) }));
        reach.push(new Set([shas.length - 1, ...parents.flatMap((n) => [...(reach[n] as Set<number>)])]));
      }
      const [from, to] = [a % shas.length, b % shas.length];
      const wanted = [...(reach[to] as Set<number>)].filter((n) => !reach[from]?.has(n)).map((n) => shas[n]);
      const found = git.between(shas[from] as string, shas[to] as string).map((commit) => commit.sha);
      expect(found.sort()).toEqual(wanted.sort());
    }),
  );
});

test('commit leaves the branch alone, push moves it', () => {
  const git = new GitModel(1, 'main');
  const before = git.head();
  const sha = git.commit();
  expect(git.head()).toBe(before);
  git.push(sha);
  expect(git.head()).toBe(sha);
  git.push(before, 'release/1.0');
  expect(git.branch('release/1.0')).toBe(before);
});

test('nonsense is refused by name', () => {
  const git = new GitModel(1, 'main');
  expect(() => git.commit({ sha: 'abc' })).toThrow('40 hex digits');
  expect(() => git.commit({ sha: git.head() })).toThrow('exists already');
  expect(() => git.commit({ parent: 'f'.repeat(40) })).toThrow('unknown parent');
  expect(() => git.push('f'.repeat(40))).toThrow('unknown commit');
  git.deleteBranch('main');
  expect(() => git.head()).toThrow('was deleted');
});
