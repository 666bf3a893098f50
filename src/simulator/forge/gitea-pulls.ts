import type { Answer } from '../exchange.ts';
import { gitea, giteaNotFound } from './gitea-answers.ts';
import { giteaPages, pageOf } from './pages.ts';
import type { PullRequest, Review } from './pulls.ts';
import type { ForgeRoute } from './route.ts';
import type { ForgeStore } from './store.ts';
import { timestamp } from './store.ts';

/** Pull requests, teams and runners, for the SOP checks and the lane's guard; `undefined` for any other path. */
export function giteaPullRoute(
  forge: ForgeStore,
  method: string,
  segments: readonly string[],
  query: URLSearchParams,
): ForgeRoute | undefined {
  if (method !== 'GET') return undefined;
  const path = segments.join('/');
  const repo = `repos/${forge.owner}/${forge.name}`;
  const list = (rows: readonly unknown[]): Answer => {
    const page = pageOf(rows, query, `${forge.giteaUrl}/${path}`, giteaPages);
    return gitea(200, page.rows, page.headers);
  };
  if (
    [`${repo}/actions/runners`, `orgs/${forge.owner}/actions/runners`, 'admin/actions/runners'].includes(path)
  ) {
    return { where: 'forge.runners', access: 'either', answer: () => runners(forge) };
  }
  if (path === `orgs/${forge.owner}/teams`) {
    const teams = forge.pulls.teams().map(({ id, name }) => ({ id, name }));
    return { where: 'forge.pulls', access: 'either', answer: () => list(teams) };
  }
  const ofTeam = /^teams\/(\d+)\/members(?:\/([^/]+))?$/.exec(path);
  if (ofTeam !== null) {
    const team = forge.pulls.teams().find(({ id }) => id === Number(ofTeam[1]));
    const members = team?.members.filter((login) => ofTeam[2] === undefined || login === ofTeam[2]) ?? [];
    const answer = (): Answer => {
      if (team === undefined || (ofTeam[2] !== undefined && members.length === 0))
        return giteaNotFound(forge);
      return ofTeam[2] === undefined
        ? list(members.map((login) => ({ login })))
        : gitea(200, { login: ofTeam[2] });
    };
    return { where: 'forge.pulls', access: 'either', answer };
  }
  if (!path.startsWith(`${repo}/`)) return undefined;
  const [area, number, ...rest] = segments.slice(3);
  if ((area !== 'pulls' && area !== 'issues') || number === undefined) return undefined;
  const answer = (): Answer => {
    const pull = forge.pulls.get(Number(number));
    if (pull === undefined) return giteaNotFound(forge);
    return pullAnswer(forge, pull, area, rest.join('/'), list);
  };
  return { where: 'forge.pulls', access: 'either', answer };
}

function pullAnswer(
  forge: ForgeStore,
  pull: PullRequest,
  area: 'pulls' | 'issues',
  what: string,
  list: (rows: readonly unknown[]) => Answer,
): Answer {
  if (area === 'pulls' && what === '') return gitea(200, pullFields(pull));
  if (area === 'pulls' && what === 'files') {
    return list(
      pull.files.map((filename) => ({ filename, status: 'changed', additions: 1, deletions: 1, changes: 2 })),
    );
  }
  if (area === 'pulls' && what === 'reviews')
    return list(pull.reviews.map((one, index) => reviewFields(pull, one, index)));
  if (area === 'issues' && what === 'comments') {
    return list(
      pull.comments.map(({ user, body }, index) => ({ id: index + 1, user: { login: user }, body })),
    );
  }
  const comments = /^reviews\/(\d+)\/comments$/.exec(what);
  if (area === 'pulls' && comments !== null) {
    // All remarks hang on the first review: enough to read, and easy to set up.
    const remarks = comments[1] === '1' ? pull.reviewComments : [];
    return list(
      remarks.map(({ user, body, path, resolvedBy }, index) => ({
        id: index + 1,
        body,
        path,
        user: { login: user },
        resolver: resolvedBy === undefined ? null : { login: resolvedBy },
      })),
    );
  }
  return giteaNotFound(forge);
}

function pullFields(pull: PullRequest): Record<string, unknown> {
  return {
    id: pull.number,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    state: 'open',
    merged: false,
    user: { login: pull.author },
    head: { sha: pull.headSha, ref: 'change', label: 'change' },
    base: { ref: pull.baseBranch, label: pull.baseBranch },
  };
}

function reviewFields(pull: PullRequest, review: Review, index: number): Record<string, unknown> {
  const at = timestamp(review.submittedAt ?? Date.now());
  return {
    id: index + 1,
    user: { login: review.user },
    team: null,
    state: review.state,
    body: review.body ?? '',
    commit_id: review.commitId ?? pull.headSha,
    stale: review.stale ?? false,
    official: true,
    dismissed: review.dismissed ?? false,
    submitted_at: at,
    updated_at: at,
  };
}

function runners(forge: ForgeStore): Answer {
  const all = forge.pulls.runners;
  return gitea(200, {
    total_count: all.length,
    runners: all.map(({ name, labels, status }, index) => ({
      id: index + 1,
      name,
      status: status ?? 'online',
      busy: false,
      ephemeral: false,
      labels: labels.map((label, at) => ({ id: at + 1, name: label, type: 'custom' })),
    })),
  });
}
