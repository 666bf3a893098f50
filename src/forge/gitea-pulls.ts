import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { oneLine } from '../safety/neutralise.ts';
import { account, list, text } from './answer.ts';
import type { ForgeApi } from './api.ts';
import type { CallOptions, Remark, Review } from './forge.ts';
import {
  commentRow,
  labelsOf,
  memberRow,
  pullsAlike,
  reviewOf,
  reviewRow,
  type Pulls,
  type ReadAll,
} from './pulls.ts';

const review = reviewRow.extend({ dismissed: z.boolean().nullish(), stale: z.boolean().nullish() });
const reviewComment = commentRow.extend({ path: text, resolver: account });
const team = z.object({ id: z.int(), name: z.string() });

const reviewStates: ReadonlyMap<string, Review['state']> = new Map(
  Object.entries<Review['state']>({
    APPROVED: 'approved',
    REQUEST_CHANGES: 'changes-requested',
    COMMENT: 'commented',
    PENDING: 'pending',
  }),
);

/** Pull requests, teams and runners of Gitea and Forgejo. */
export function giteaPulls(api: ForgeApi, repo: string): Pulls {
  const root = `/repos/${repo}`;
  const owner = repo.split('/')[0] ?? '';

  const all: ReadAll = (call, path, row, options) =>
    api.pages(
      {
        call,
        path: `${path}?limit=50&page=`,
        schema: list(row),
        rowsOf: (rows) => rows,
        idOf: (found) => JSON.stringify(found),
        // Comments are not paged.
        mayRepeat: true,
      },
      options,
    );

  const reviewsOf = (number: number, options?: CallOptions) =>
    all(`the reviews of pull request ${number}`, `${root}/pulls/${number}/reviews`, review, options);

  return {
    ...pullsAlike(api, root, all),

    async reviews(number, options) {
      const rows = await reviewsOf(number, options);
      return rows.map((row) =>
        reviewOf(row, {
          state: reviewStates.get(row.state) ?? 'unknown',
          dismissed: row.dismissed === true,
          stale: row.stale === true,
        }),
      );
    },

    async remarks(number, options) {
      const what = `the remarks on pull request ${number}`;
      const comments = await all(what, `${root}/issues/${number}/comments`, commentRow, options);
      const said: Remark[] = comments.map(({ user, body }) => ({ user, body, resolved: false }));
      for (const { id } of await reviewsOf(number, options)) {
        const path = `${root}/pulls/${number}/reviews/${id}/comments`;
        for (const line of await all(what, path, reviewComment, options)) {
          said.push({ user: line.user, body: line.body, path: line.path, resolved: line.resolver !== '' });
        }
      }
      return said;
    },

    async teamMembers(name, options) {
      const what = `the team ${oneLine(name, 80)}`;
      const teams = await all(what, `/orgs/${owner}/teams`, team, options);
      const found = teams.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (found === undefined) throw new UsageError(`The organisation ${owner} has no ${what.slice(4)}.`);
      const members = await all(what, `/teams/${found.id}/members`, memberRow, options);
      return members.map(({ login }) => login);
    },

    // A job may run on any of the three levels. Gitea up to 1.23 has no such list.
    runnerLabels: (options) => labelsOf(api, [root, `/orgs/${owner}`, '/admin'], 'limit=50&page=', options),
  };
}
