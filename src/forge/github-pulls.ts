import { z } from 'zod';
import { oneLine } from '../safety/neutralise.ts';
import { text } from './answer.ts';
import type { ForgeApi } from './api.ts';
import type { Review } from './forge.ts';
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

const lineComment = commentRow.extend({ path: text });

const reviewStates: ReadonlyMap<string, Review['state']> = new Map(
  Object.entries<Review['state']>({
    APPROVED: 'approved',
    CHANGES_REQUESTED: 'changes-requested',
    COMMENTED: 'commented',
    PENDING: 'pending',
  }),
);

/** Pull requests, teams and runners of GitHub. */
export function githubPulls(api: ForgeApi, repo: string): Pulls {
  const root = `/repos/${repo}`;
  const owner = repo.split('/')[0] ?? '';

  const all: ReadAll = (call, path, row, options) =>
    api.pages(
      {
        call,
        path: `${path}?per_page=100&page=`,
        schema: z.array(row),
        rowsOf: (rows) => rows,
        idOf: (found) => JSON.stringify(found),
      },
      options,
    );

  return {
    ...pullsAlike(api, root, all),

    async reviews(number, options) {
      const path = `${root}/pulls/${number}/reviews`;
      const rows = await all(`the reviews of pull request ${number}`, path, reviewRow, options);
      return rows.map((row) =>
        reviewOf(row, {
          state: reviewStates.get(row.state) ?? 'unknown',
          dismissed: row.state === 'DISMISSED',
          stale: false,
        }),
      );
    },

    // Whether a thread is resolved is not part of this API, so none counts as resolved.
    async remarks(number, options) {
      const what = `the remarks on pull request ${number}`;
      const comments = await all(what, `${root}/issues/${number}/comments`, commentRow, options);
      const lines = await all(what, `${root}/pulls/${number}/comments`, lineComment, options);
      return [
        ...comments.map(({ user, body }) => ({ user, body, resolved: false })),
        ...lines.map(({ user, body, path }) => ({ user, body, path, resolved: false })),
      ];
    },

    async teamMembers(name, options) {
      const path = `/orgs/${owner}/teams/${encodeURIComponent(name)}/members`;
      const members = await all(`the team ${oneLine(name, 80)}`, path, memberRow, options);
      return members.map(({ login }) => login);
    },

    runnerLabels: (options) => labelsOf(api, [root, `/orgs/${owner}`], 'per_page=100&page=', options),
  };
}
