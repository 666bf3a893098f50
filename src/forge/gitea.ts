import { z } from 'zod';
import { oneLine } from '../safety/neutralise.ts';
import { callsAlike } from './alike.ts';
import { fullSha, list, text } from './answer.ts';
import type { ForgeApi } from './api.ts';
import type { Forge } from './forge.ts';
import { giteaPulls } from './gitea-pulls.ts';
import { pathSegments, shaSegment } from './path.ts';
import { statusState } from './states.ts';

const statusRow = z.object({
  id: z.int(),
  context: z.string(),
  // The state is in `status`; `state` belongs to the combined view.
  status: text,
  description: text,
  target_url: text,
  created_at: text,
});
const branch = z.object({ commit: z.object({ id: fullSha }) });
const comparison = z.object({ total_commits: z.int().nonnegative() });
const variable = z.object({ data: z.string() });

/** A comparison lists every commit with its files. */
const comparisonBytes = 64 * 2 ** 20;

/** Gitea and Forgejo (contracts). `api` is based on `…/api/v1`, `repo` is `owner/name`. */
export function gitea(api: ForgeApi, repo: string): Forge {
  const root = `/repos/${repo}`;

  return {
    ...giteaPulls(api, repo),
    ...callsAlike(api, repo, {
      variable,
      valueOf: (row) => row.data,
      // Said only by a Gitea that found the repository.
      saysUnset: (message) => message === 'variable not found',
      commitPath: (sha) => `/git/commits/${sha}?stat=false&verification=false&files=false`,
    }),

    // The one order that is strict, oldest first (`highestindex`: the names are swapped): a row that is posted
    // while the pages are read comes at the end and pushes none out of sight.
    async statuses(sha, options) {
      const rows = await api.pages(
        {
          call: `the statuses of ${sha.slice(0, 12)}`,
          path: `${root}/commits/${shaSegment(sha)}/statuses?sort=highestindex&limit=50&page=`,
          schema: list(statusRow),
          rowsOf: (body) => body,
          idOf: ({ id }) => id,
        },
        options,
      );
      return rows.map(({ id, context, status, description, target_url: url, created_at: at }) => {
        const row = { id, context, state: statusState(status, description), description, url };
        return at === '' ? row : { ...row, at };
      });
    },

    async branchHead(name, options) {
      const path = `${root}/branches/${pathSegments(name)}`;
      return (await api.json({ call: `the branch ${oneLine(name, 80)}`, path }, branch, options)).commit.id;
    },

    async commitsAhead(base, head, options) {
      const call = {
        call: `how ${head.slice(0, 12)} stands to ${base.slice(0, 12)}`,
        path: `${root}/compare/${shaSegment(base)}...${shaSegment(head)}`,
        maxBytes: comparisonBytes,
      };
      const found = await api.find(call, comparison, options);
      return 'value' in found ? found.value.total_commits : 'unknown-commit';
    },
  };
}
