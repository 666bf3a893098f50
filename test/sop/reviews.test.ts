import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../src/forge/index.ts';
import { judgeReviews } from '../../src/sop/reviews.ts';

const HEAD = { author: 'ada', headSha: 'a'.repeat(40) };
const REVIEWERS = { devops: ['grace', 'ada'], sre: ['alan'], security: ['kurt', 'grace'] };
const review = (user: string, more: Partial<Review> = {}): Review => ({
  id: 1,
  user,
  state: 'approved',
  body: '',
  commitId: HEAD.headSha,
  dismissed: false,
  stale: false,
  ...more,
});
const judge = (...reviews: Review[]) => judgeReviews(HEAD, reviews, REVIEWERS);
const approved = (...reviews: Review[]) =>
  judge(...reviews).areas.flatMap(({ area, ok }) => (ok ? [area] : []));

describe('the approvals of a pull request', () => {
  it('cover DevOps, SRE and Security; one person may stand for two', () => {
    expect(approved(review('grace'), review('alan'), review('kurt'))).toEqual(['devops', 'sre', 'security']);
    expect(approved(review('GRACE'), review('alan'))).toEqual(['devops', 'sre', 'security']);
    expect(approved(review('alan'))).toEqual(['sre']);
    expect(approved(review('somebody'))).toEqual([]);
  });

  it('of the author are none', () => {
    expect(approved(review('ada'))).toEqual([]);
    expect(judge(review('ada')).areas[0]?.message).toBe("DevOps: the author's own approval does not count");
  });

  it('before the last push are none', () => {
    for (const old of [{ commitId: 'b'.repeat(40) }, { stale: true }]) {
      expect(approved(review('alan', old))).toEqual([]);
      expect(judge(review('alan', old)).areas[1]?.message).toBe(
        'SRE: alan approved before the last push; approve again',
      );
    }
    const { commitId: _, ...unknown } = review('alan');
    expect(approved(unknown)).toEqual([]);
  });

  it('are withdrawn by a later request for changes, and that by a later approval; a comment changes nothing', () => {
    const changes = review('alan', { state: 'changes-requested' });
    expect([approved(review('alan'), changes), judge(review('alan'), changes).blocking]).toEqual([
      [],
      ['alan'],
    ]);
    expect([approved(changes, review('alan')), judge(changes, review('alan')).blocking]).toEqual([
      ['sre'],
      [],
    ]);
    expect(approved(review('alan'), review('alan', { state: 'commented' }))).toEqual(['sre']);
    expect(judge(review('stranger', { state: 'changes-requested' })).blocking).toEqual(['stranger']);
  });

  it('that were dismissed, and states nobody knows, are none', () => {
    expect(approved(review('alan', { dismissed: true }))).toEqual([]);
    expect(approved(review('alan', { state: 'unknown' }), review('kurt', { state: 'pending' }))).toEqual([]);
    expect(judge(review('alan', { state: 'changes-requested', dismissed: true })).blocking).toEqual([]);
  });

  it('never come from anybody else than the people named, on the head, whatever the mix', () => {
    const any = fc.record({
      id: fc.nat(),
      user: fc.constantFrom('ada', 'grace', 'alan', 'kurt', 'stranger'),
      state: fc.constantFrom<Review['state']>(
        'approved',
        'changes-requested',
        'commented',
        'pending',
        'unknown',
      ),
      body: fc.constant(''),
      commitId: fc.constantFrom(HEAD.headSha, 'b'.repeat(40)),
      dismissed: fc.boolean(),
      stale: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (reviews) => {
        for (const area of approved(...reviews)) {
          const good = reviews.some(
            (one) =>
              REVIEWERS[area].includes(one.user) &&
              one.user !== 'ada' &&
              one.state === 'approved' &&
              one.commitId === HEAD.headSha &&
              !one.stale &&
              !one.dismissed,
          );
          expect(good).toBe(true);
        }
      }),
    );
  });
});
