import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { oneLine } from '../safety/neutralise.ts';
import { account, list, text } from './answer.ts';
import type { ForgeApi } from './api.ts';
import { ForgeError } from './errors.ts';
import type { CallOptions, Forge, Remark, Review } from './forge.ts';

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
  dismissed: z.boolean().nullish(),
  stale: z.boolean().nullish(),
  submitted_at: text,
});
const file = z.object({ filename: z.string(), previous_filename: text });
const comment = z.object({ id: z.int(), user: account, body: text });
const reviewComment = comment.extend({ path: text, resolver: account });
const team = z.object({ id: z.int(), name: z.string() });
const member = z.object({ login: z.string() });
const runners = z.object({
  runners: list(z.object({ id: z.int(), status: text, labels: list(z.object({ name: z.string() })) })),
});

const reviewStates: ReadonlyMap<string, Review['state']> = new Map(
  Object.entries<Review['state']>({
    APPROVED: 'approved',
    REQUEST_CHANGES: 'changes-requested',
    COMMENT: 'commented',
    PENDING: 'pending',
  }),
);

type Pulls = Pick<
  Forge,
  'pullRequest' | 'reviews' | 'remarks' | 'changedFiles' | 'teamMembers' | 'runnerLabels'
>;

/** Pull requests, teams and runners of Gitea and Forgejo. */
export function giteaPulls(api: ForgeApi, repo: string): Pulls {
  const root = `/repos/${repo}`;
  const owner = repo.split('/')[0] ?? '';

  const all = <S extends z.ZodType>(call: string, path: string, row: S, options?: CallOptions) =>
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
    async pullRequest(number, options) {
      const call = { call: `pull request ${number}`, path: `${root}/pulls/${number}` };
      const { user, head, base, ...rest } = await api.json(call, pull, options);
      return { ...rest, author: user, headSha: head.sha, baseBranch: base.ref };
    },

    async reviews(number, options) {
      const rows = await reviewsOf(number, options);
      return rows.map(
        ({ id, user, state, body, commit_id: commitId, dismissed, stale, submitted_at: at }) => ({
          id,
          user,
          state: reviewStates.get(state) ?? 'unknown',
          body,
          dismissed: dismissed === true,
          stale: stale === true,
          ...(commitId === '' ? {} : { commitId }),
          ...(at === '' ? {} : { at }),
        }),
      );
    },

    async remarks(number, options) {
      const what = `the remarks on pull request ${number}`;
      const comments = await all(what, `${root}/issues/${number}/comments`, comment, options);
      const said: Remark[] = comments.map(({ user, body }) => ({ user, body, resolved: false }));
      for (const { id } of await reviewsOf(number, options)) {
        const path = `${root}/pulls/${number}/reviews/${id}/comments`;
        for (const line of await all(what, path, reviewComment, options)) {
          said.push({ user: line.user, body: line.body, path: line.path, resolved: line.resolver !== '' });
        }
      }
      return said;
    },

    async changedFiles(number, options) {
      const path = `${root}/pulls/${number}/files`;
      const files = await all(`the files of pull request ${number}`, path, file, options);
      return [...new Set(files.flatMap((one) => [one.filename, one.previous_filename]))].filter(
        (name) => name !== '',
      );
    },

    async teamMembers(name, options) {
      const what = `the team ${oneLine(name, 80)}`;
      const teams = await all(what, `/orgs/${owner}/teams`, team, options);
      const found = teams.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (found === undefined) throw new UsageError(`The organisation ${owner} has no ${what.slice(4)}.`);
      return (await all(what, `/teams/${found.id}/members`, member, options)).map(({ login }) => login);
    },

    async runnerLabels(options) {
      const labels = new Set<string>();
      // A job may run on any of the three levels, so one that cannot be seen leaves everything unknown.
      for (const from of [root, `/orgs/${owner}`, '/admin']) {
        const path = `${from}/actions/runners?limit=50&page=`;
        const paged = {
          call: 'the runners',
          path,
          schema: runners,
          rowsOf: runnersOf,
          idOf,
          mayRepeat: true,
        };
        const found = await api.pages(paged, options).catch((error: unknown) => {
          // Gitea up to 1.23 has no such list, and a token may lack the right: nobody knows then.
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

const runnersOf = (body: z.output<typeof runners>) => body.runners;
const idOf = ({ id }: { readonly id: number }): number => id;
