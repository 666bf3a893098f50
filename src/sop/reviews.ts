import type { Review } from '../forge/index.ts';
import { AREAS, AREA_NAMES, type Area } from './config.ts';

/** A pull request as far as its reviews are judged. */
export interface ReviewedHead {
  readonly author: string;
  readonly headSha: string;
}

/** Logins that may approve for each area. */
export type Reviewers = Readonly<Record<Area, readonly string[]>>;

export interface AreaVerdict {
  readonly area: Area;
  readonly ok: boolean;
  readonly message: string;
}

export interface ReviewVerdict {
  readonly areas: readonly AreaVerdict[];
  /** Reviewers who asked for changes and have not approved since. */
  readonly blocking: readonly string[];
}

/**
 * Whether people other than the author have approved for each area, and after the last push; a pure decision. The
 * last verdict of each person counts. An approval that the forge calls stale or dismissed, or that looked at another
 * commit than the head, is none; neither is one where the forge does not say which commit it looked at.
 */
export function judgeReviews(
  head: ReviewedHead,
  reviews: readonly Review[],
  reviewers: Reviewers,
): ReviewVerdict {
  const last = new Map<string, Review>();
  for (const review of reviews) {
    const decides = review.state === 'approved' || review.state === 'changes-requested';
    if (decides && !review.dismissed) last.set(review.user.toLowerCase(), review);
  }
  const author = head.author.toLowerCase();
  const areas = AREAS.map((area): AreaVerdict => {
    const allowed = reviewers[area].map((user) => user.toLowerCase());
    const mine = [...last].filter(
      ([user, { state }]) => state === 'approved' && allowed.includes(user) && user !== author,
    );
    const fresh = mine.find(([, review]) => isFresh(review, head));
    const name = AREA_NAMES[area];
    if (fresh !== undefined) return { area, ok: true, message: `${name}: approved by ${fresh[1].user}` };
    const [outdated] = mine;
    if (outdated !== undefined)
      return {
        area,
        ok: false,
        message: `${name}: ${outdated[1].user} approved before the last push; approve again`,
      };
    const own = allowed.includes(author) && last.get(author)?.state === 'approved';
    return {
      area,
      ok: false,
      message: own ? `${name}: the author's own approval does not count` : `${name}: nobody has approved`,
    };
  });
  const blocking = [...last.values()]
    .filter(({ state }) => state === 'changes-requested')
    .map(({ user }) => user);
  return { areas, blocking };
}

function isFresh(review: Review, { headSha }: ReviewedHead): boolean {
  return (
    !review.stale && review.commitId !== undefined && review.commitId.toLowerCase() === headSha.toLowerCase()
  );
}
