import { z } from 'zod';
import { oneLine } from '../safety/neutralise.ts';
import { account, text } from './answer.ts';
import type { ForgeApi } from './api.ts';
import { ForgeError } from './errors.ts';
import type { CallOptions, Forge, Review } from './forge.ts';

const pull = z.object({
  number: z.int(),
  title: text,
  body: text,
  state: text,
  user: account,
  head: z.object({ sha: z.string() }),
  base: z.object({ ref: z.string() }),
});
const review = z.object({
  id: z.int(),
  user: account,
  state: text,
  body: text,
  commit_id: text,
  submitted_at: text,
});
const file = z.object({ filename: z.string(), previous_filename: text });
const comment = z.object({ id: z.int(), user: account, body: text });
const lineComment = comment.extend({ path: text });
const member = z.object({ login: z.string() });
const runners = z.object({
  runners: z.array(z.object({ id: z.int(), status: text, labels: z.array(z.object({ name: z.string() })) })),
});

const reviewStates: ReadonlyMap<string, Review['state']> = new Map(
  Object.entries<Review['state']>({
    APPROVED: 'approved',
    CHANGES_REQUESTED: 'changes-requested',
    COMMENTED: 'commented',
    PENDING: 'pending',
  }),
);

type Pulls = Pick<
  Forge,
  'pullRequest' | 'reviews' | 'remarks' | 'changedFiles' | 'teamMembers' | 'runnerLabels'
>;

/** Pull requests, teams and runners of GitHub. */
export function githubPulls(api: ForgeApi, repo: string): Pulls {
  const root = `/repos/${repo}`;
  const owner = repo.split('/')[0] ?? '';

  const all = <S extends z.ZodType>(call: string, path: string, row: S, options?: CallOptions) =>
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
    async pullRequest(number, options) {
      const call = { call: `pull request ${number}`, path: `${root}/pulls/${number}` };
      const { user, head, base, ...rest } = await api.json(call, pull, options);
      return { ...rest, author: user, headSha: head.sha, baseBranch: base.ref };
    },

    async reviews(number, options) {
      const path = `${root}/pulls/${number}/reviews`;
      const rows = await all(`the reviews of pull request ${number}`, path, review, options);
      return rows.map(({ id, user, state, body, commit_id: commitId, submitted_at: at }) => ({
        id,
        user,
        state: reviewStates.get(state) ?? 'unknown',
        body,
        dismissed: state === 'DISMISSED',
        stale: false,
        ...(commitId === '' ? {} : { commitId }),
        ...(at === '' ? {} : { at }),
      }));
    },

    // Whether a thread is resolved is not part of this API, so none counts as resolved.
    async remarks(number, options) {
      const what = `the remarks on pull request ${number}`;
      const comments = await all(what, `${root}/issues/${number}/comments`, comment, options);
      const lines = await all(what, `${root}/pulls/${number}/comments`, lineComment, options);
      return [
        ...comments.map(({ user, body }) => ({ user, body, resolved: false })),
        ...lines.map(({ user, body, path }) => ({ user, body, path, resolved: false })),
      ];
    },

    async changedFiles(number, options) {
      const path = `${root}/pulls/${number}/files`;
      const files = await all(`the files of pull request ${number}`, path, file, options);
      const names = files.flatMap((one) => [one.filename, one.previous_filename]);
      return [...new Set(names)].filter((name) => name !== '');
    },

    async teamMembers(name, options) {
      const path = `/orgs/${owner}/teams/${encodeURIComponent(name)}/members`;
      const members = await all(`the team ${oneLine(name, 80)}`, path, member, options);
      return members.map(({ login }) => login);
    },

    async runnerLabels(options) {
      const labels = new Set<string>();
      for (const from of [root, `/orgs/${owner}`]) {
        const found = await api
          .pages(
            {
              call: 'the runners',
              path: `${from}/actions/runners?per_page=100&page=`,
              schema: runners,
              rowsOf: (body) => body.runners,
              idOf: ({ id }) => id,
            },
            options,
          )
          .catch((error: unknown) => {
            if (error instanceof ForgeError && ['not-found', 'forbidden'].includes(error.kind))
              return undefined;
            throw error;
          });
        if (found === undefined) return 'unknown';
        for (const runner of found) {
          if (runner.status !== 'offline') for (const label of runner.labels) labels.add(label.name);
        }
      }
      return [...labels].sort();
    },
  };
}
