import { z } from 'zod';
import { oneLine } from '../safety/neutralise.ts';
import { callsAlike } from './alike.ts';
import { fullSha, text } from './answer.ts';
import type { ForgeApi } from './api.ts';
import type { Forge } from './forge.ts';
import { githubPulls } from './github-pulls.ts';
import { mergedRows } from './github-rows.ts';
import { pathSegments, shaSegment } from './path.ts';
import { checkRunState, statusState } from './states.ts';

const statusRow = z.object({
  id: z.int(),
  context: z.string(),
  state: text,
  description: text,
  target_url: text,
  created_at: text,
});
const checkRun = z.object({
  id: z.int(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: text,
  output: z.object({ title: text }).nullish(),
  check_suite: z.object({ id: z.int() }).nullish(),
  started_at: text,
});
const checkRuns = z.object({ check_runs: z.array(checkRun) });
const branch = z.object({ commit: z.object({ sha: fullSha }) });
const comparison = z.object({ ahead_by: z.int().nonnegative() });
const variable = z.object({ value: z.string() });

/** GitHub, its statuses and its check runs. `repo` is `owner/name`. */
export function github(api: ForgeApi, repo: string): Forge {
  const root = `/repos/${repo}`;

  return {
    ...githubPulls(api, repo),
    ...callsAlike(api, repo, {
      variable,
      valueOf: (row) => row.value,
      // GitHub says the same where the token may not look.
      saysUnset: () => false,
      commitPath: (sha) => `/commits/${sha}?per_page=1`,
    }),

    async statuses(sha, options) {
      const commit = `${root}/commits/${shaSegment(sha)}`;
      const statuses = await api.pages(
        {
          call: `the statuses of ${sha.slice(0, 12)}`,
          // Newest first: what is posted meanwhile pushes rows onto the next page, where they come twice.
          path: `${commit}/statuses?per_page=100&page=`,
          schema: z.array(statusRow),
          rowsOf: (rows) => rows,
          idOf: ({ id }) => id,
        },
        options,
      );
      const checks = await api.pages(
        {
          call: `the check runs of ${sha.slice(0, 12)}`,
          path: `${commit}/check-runs?filter=latest&per_page=100&page=`,
          schema: checkRuns,
          rowsOf: (body) => body.check_runs,
          idOf: ({ id }) => id,
        },
        options,
      );
      return mergedRows(
        statuses.map(({ id, context, state, description, target_url: url, created_at: at }) => ({
          id,
          context,
          state: statusState(state, description),
          description,
          url,
          ...(at === '' ? {} : { at }),
        })),
        checks.map(
          ({ id, name, status, conclusion, html_url: url, output, check_suite: suite, started_at: at }) => ({
            id,
            context: name,
            state: checkRunState(status, conclusion),
            description: output?.title ?? '',
            url,
            suite: suite?.id ?? 0,
            ...(at === '' ? {} : { at }),
          }),
        ),
      );
    },

    async branchHead(name, options) {
      const path = `${root}/branches/${pathSegments(name)}`;
      return (await api.json({ call: `the branch ${oneLine(name, 80)}`, path }, branch, options)).commit.sha;
    },

    async commitsAhead(base, head, options) {
      const call = {
        call: `how ${head.slice(0, 12)} stands to ${base.slice(0, 12)}`,
        path: `${root}/compare/${shaSegment(base)}...${shaSegment(head)}?per_page=1`,
      };
      const found = await api.find(call, comparison, options);
      return 'value' in found ? found.value.ahead_by : 'unknown-commit';
    },
  };
}
