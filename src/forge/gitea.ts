import { z } from 'zod';
import { oneLine } from '../safety/neutralise.ts';
import { fullSha, list, repositoryRights, text } from './answer.ts';
import type { ApiCall, ForgeApi } from './api.ts';
import { ForgeError } from './errors.ts';
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
  const owner = repo.split('/')[0] ?? '';

  return {
    ...giteaPulls(api, repo),

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

    async variable(name, options) {
      const call = (scope: string, from: string): ApiCall => ({
        call: `the variable ${oneLine(name, 80)} of the ${scope}`,
        path: `${from}/actions/variables/${encodeURIComponent(name)}`,
        token: 'control',
      });
      try {
        const own = await api.find(call('repository', root), variable, options);
        if ('value' in own) return { state: 'set', value: own.value.data, scope: 'repository' };
        // A repository the token may not see answers 404 too, and that must not read as "not set" (I-07).
        if (own.said !== 'variable not found') {
          await api.json({ call: 'the repository', path: root, token: 'control' }, z.unknown(), options);
        }
        const shared = await api.find(call('organisation', `/orgs/${owner}`), variable, options);
        if ('value' in shared) return { state: 'set', value: shared.value.data, scope: 'organisation' };
        return { state: 'unset' };
      } catch (error) {
        if (error instanceof ForgeError && error.kind === 'forbidden') return { state: 'forbidden' };
        throw error;
      }
    },

    async postStatus(sha, { context, state, description, targetUrl }, options) {
      const body = { context, state, description: oneLine(description, 140), target_url: targetUrl ?? '' };
      const path = `${root}/statuses/${shaSegment(sha)}`;
      const call: ApiCall = { call: `a status of ${sha.slice(0, 12)}`, path, method: 'POST', body };
      await api.json(call, z.object({ id: z.int() }), options);
    },

    async mayPost(options) {
      const repository = await api.json({ call: 'the repository', path: root }, repositoryRights, options);
      return repository.permissions?.push ?? 'unknown';
    },
  };
}
