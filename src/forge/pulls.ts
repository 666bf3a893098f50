import { z } from 'zod';
import { account, list, text } from './answer.ts';
import type { ForgeApi } from './api.ts';
import { ForgeError } from './errors.ts';
import type { CallOptions, Forge, Review } from './forge.ts';

/** What the checks on pull requests ask a forge. */
export type Pulls = Pick<
  Forge,
  'pullRequest' | 'reviews' | 'remarks' | 'changedFiles' | 'teamMembers' | 'runnerLabels'
>;

const pullRow = z.object({
  number: z.int(),
  title: text,
  body: text,
  state: text,
  user: account,
  head: z.object({ sha: z.string() }),
  base: z.object({ ref: z.string() }),
});
const fileRow = z.object({ filename: z.string(), previous_filename: text });
const runner = z.object({ id: z.int(), status: text, labels: list(z.object({ name: z.string() })) });

/** One review, as far as all forges write it alike. */
export const reviewRow = z.object({
  id: z.int(),
  user: account,
  state: text,
  body: text,
  commit_id: text,
  submitted_at: text,
});
export const commentRow = z.object({ id: z.int(), user: account, body: text });
export const memberRow = z.object({ login: z.string() });

/** Reads all pages of a list; what is asked is said in words. */
export type ReadAll = <S extends z.ZodType>(
  call: string,
  path: string,
  row: S,
  options?: CallOptions,
) => Promise<z.output<S>[]>;

/** `pullRequest` and `changedFiles`, below `root` (`/repos/owner/name`). */
export function pullsAlike(
  api: ForgeApi,
  root: string,
  all: ReadAll,
): Pick<Forge, 'pullRequest' | 'changedFiles'> {
  return {
    async pullRequest(number, options) {
      const call = { call: `pull request ${number}`, path: `${root}/pulls/${number}` };
      const { user, head, base, ...rest } = await api.json(call, pullRow, options);
      return { ...rest, author: user, headSha: head.sha, baseBranch: base.ref };
    },

    async changedFiles(number, options) {
      const path = `${root}/pulls/${number}/files`;
      const files = await all(`the files of pull request ${number}`, path, fileRow, options);
      const names = files.flatMap((one) => [one.filename, one.previous_filename]);
      return [...new Set(names)].filter((name) => name !== '');
    },
  };
}

/** A review from its row, with what the forge's own words mean. */
export function reviewOf(
  row: z.output<typeof reviewRow>,
  meaning: Pick<Review, 'state' | 'dismissed' | 'stale'>,
): Review {
  const { id, user, body, commit_id: commitId, submitted_at: at } = row;
  return {
    ...{ id, user, body },
    ...meaning,
    ...(commitId === '' ? {} : { commitId }),
    ...(at === '' ? {} : { at }),
  };
}

/**
 * Labels of the runners that are not offline, of all `levels` a job may run on. A level that cannot be seen leaves
 * everything unknown: a forge without such a list, or a token without the right.
 * @param query of the paged list, up to the page's number: `limit=50&page=`
 */
export async function labelsOf(
  api: ForgeApi,
  levels: readonly string[],
  query: string,
  options?: CallOptions,
): Promise<string[] | 'unknown'> {
  const labels = new Set<string>();
  for (const level of levels) {
    try {
      const found = await api.pages(
        {
          call: 'the runners',
          path: `${level}/actions/runners?${query}`,
          schema: z.object({ runners: list(runner) }),
          rowsOf: (body) => body.runners,
          idOf: ({ id }) => id,
          mayRepeat: true,
        },
        options,
      );
      for (const { status, labels: own } of found)
        if (status !== 'offline') for (const { name } of own) labels.add(name);
    } catch (error) {
      if (error instanceof ForgeError && ['not-found', 'forbidden'].includes(error.kind)) return 'unknown';
      throw error;
    }
  }
  return [...labels].sort();
}
