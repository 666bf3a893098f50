import { z } from 'zod';
import { oneLine } from '../safety/neutralise.ts';
import { fullSha, repositoryRights } from './answer.ts';
import type { ApiCall, ForgeApi } from './api.ts';
import { ForgeError } from './errors.ts';
import type { Forge } from './forge.ts';
import { shaSegment } from './path.ts';

/** What Gitea, Forgejo and GitHub understand alike, but for the names of fields. */
export interface Dialect<V extends z.ZodType> {
  /** A variable's row, and its value in it. */
  readonly variable: V;
  valueOf(row: z.output<V>): string;
  /** Whether this is what the forge says only of a variable that is not set in a repository that may be read. */
  saysUnset(message: string): boolean;
  /** Where one commit is read below the repository, without what it changed. */
  commitPath(sha: string): string;
}

const commit = z.object({ sha: fullSha });

/** The calls of one repository (`owner/name`) that differ in nothing but a dialect. */
export function callsAlike<V extends z.ZodType>(
  api: ForgeApi,
  repo: string,
  { variable, valueOf, saysUnset, commitPath }: Dialect<V>,
): Pick<Forge, 'variable' | 'fullSha' | 'postStatus' | 'mayPost'> {
  const root = `/repos/${repo}`;
  const owner = repo.split('/')[0] ?? '';
  return {
    async variable(name, options) {
      const call = (scope: string, from: string): ApiCall => ({
        call: `the variable ${oneLine(name, 80)} of the ${scope}`,
        path: `${from}/actions/variables/${encodeURIComponent(name)}`,
        token: 'control',
      });
      try {
        const own = await api.find(call('repository', root), variable, options);
        if ('value' in own) return { state: 'set', value: valueOf(own.value), scope: 'repository' };
        // A repository the token may not see answers 404 too, and that must not read as "not set" (I-07).
        if (!saysUnset(own.said)) {
          await api.json({ call: 'the repository', path: root, token: 'control' }, z.unknown(), options);
        }
        const shared = await api.find(call('organisation', `/orgs/${owner}`), variable, options);
        if ('value' in shared) return { state: 'set', value: valueOf(shared.value), scope: 'organisation' };
        return { state: 'unset' };
      } catch (error) {
        if (error instanceof ForgeError && error.kind === 'forbidden') return { state: 'forbidden' };
        throw error;
      }
    },

    async fullSha(short, options) {
      const call = {
        call: `the commit ${short.slice(0, 12)}`,
        path: `${root}${commitPath(shaSegment(short))}`,
        // GitHub says 422 of a commit that it does not have.
        absent: [404, 422],
      };
      const found = await api.find(call, commit, options);
      // Forges look for a branch or tag of that name first, and that is another commit.
      const isIt = 'value' in found && found.value.sha.startsWith(short.toLowerCase());
      return isIt ? found.value.sha : 'unknown-commit';
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
