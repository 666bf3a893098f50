import fc from 'fast-check';
import { expect, test } from 'vitest';
import { giteaPages, githubPages, pageOf } from '../../../src/simulator/forge/pages.ts';

const url = 'http://forge/list';

test('walking the pages to the empty one meets every row once, whatever size was asked', () => {
  fc.assert(
    fc.property(
      fc.nat(300),
      fc.integer({ min: -5, max: 200 }),
      fc.constantFrom(giteaPages, githubPages),
      (total, size, rules) => {
        const rows = Array.from({ length: total }, (_, n) => n);
        const met: number[] = [];
        for (let page = 1; ; page++) {
          const query = new URLSearchParams({ page: String(page), [rules.sizeParameter]: String(size) });
          const { rows: found } = pageOf(rows, query, url, rules);
          expect(found.length).toBeLessThanOrEqual(rules.clamp);
          if (found.length === 0) break;
          met.push(...found);
        }
        expect(met).toEqual(rows);
      },
    ),
  );
});

test('a list of one page has no links, a middle page has all four', () => {
  const rows = Array.from({ length: 90 }, (_, n) => n);
  expect(pageOf([1], new URLSearchParams(), url, giteaPages).headers).toEqual({ 'X-Total-Count': '1' });
  expect(pageOf(rows, new URLSearchParams('page=2'), url, giteaPages).headers['Link']).toBe(
    [
      '<http://forge/list?page=3>; rel="next"',
      '<http://forge/list?page=3>; rel="last"',
      '<http://forge/list?page=1>; rel="first"',
      '<http://forge/list?page=1>; rel="prev"',
    ].join(','),
  );
});
