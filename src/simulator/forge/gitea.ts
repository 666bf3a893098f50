import type { Answer } from '../exchange.ts';
import { field, parseJson } from '../exchange.ts';
import { gitea, giteaNotFound, repoUrl, swagger, unknownCommit } from './gitea-answers.ts';
import { combinedState, commitFields, repositoryFields, statusFields } from './gitea-shapes.ts';
import { giteaPages, pageOf } from './pages.ts';
import { giteaPullRoute } from './gitea-pulls.ts';
import type { ForgeRoute } from './route.ts';
import type { StatusOrder } from './statuses.ts';
import type { ForgeStore } from './store.ts';
import { timestamp } from './store.ts';

const orders: Readonly<Record<string, StatusOrder>> = {
  oldest: 'oldest-second',
  leastupdate: 'oldest-second',
  // The names are swapped on the real one too (contracts).
  highestindex: 'oldest-index',
  leastindex: 'newest-index',
};

/** Finds what a path below `/api/v1` (decoded segments) asks for. Everything unknown is a 404. */
export function giteaRoute(
  forge: ForgeStore,
  method: string,
  segments: readonly string[],
  query: URLSearchParams,
): ForgeRoute {
  const unknown: ForgeRoute = { where: 'forge.other', access: 'either', answer: () => giteaNotFound(forge) };
  const [area, owner, repo, ...rest] = segments;
  if (area === 'orgs' && owner === forge.owner && method === 'GET') {
    const [, , actions, variables, name, more] = segments;
    if (actions === 'actions' && variables === 'variables' && name !== undefined && more === undefined) {
      return variableRoute(forge, 'org', name);
    }
  }
  const elsewhere = giteaPullRoute(forge, method, segments, query);
  if (elsewhere !== undefined) return elsewhere;
  if (area !== 'repos' || owner !== forge.owner || repo !== forge.name) return unknown;
  const [what, ref, last] = rest;
  if (what === undefined && method === 'GET')
    return { ...unknown, answer: () => gitea(200, repositoryFields(forge)) };
  if (ref === undefined) return unknown;
  if (method === 'POST' && what === 'statuses') return postRoute(forge, ref);
  if (method !== 'GET') return unknown;
  if (what === 'commits' && last === 'statuses') return statusesRoute(forge, ref, query);
  if (what === 'statuses') return statusesRoute(forge, ref, query);
  if (what === 'commits' && last === 'status') return combinedRoute(forge, ref, query);
  if (what === 'branches') return branchRoute(forge, rest.slice(1).join('/'));
  if (what === 'git' && ref === 'commits' && last !== undefined) return commitRoute(forge, last);
  if (what === 'compare') return compareRoute(forge, rest.slice(1).join('/'));
  if (what === 'actions' && ref === 'variables' && last !== undefined)
    return variableRoute(forge, 'repo', last);
  return unknown;
}

function statusesRoute(forge: ForgeStore, ref: string, query: URLSearchParams): ForgeRoute {
  const answer = (): Answer => {
    const sha = forge.git.resolve(ref);
    if (sha === undefined) return unknownCommit(forge, ref);
    const state = query.get('state');
    const order = orders[query.get('sort') ?? ''] ?? 'newest-second';
    const rows = forge.statuses.rows(sha, order).filter((row) => state === null || row.status === state);
    const page = pageOf(rows, query, `${repoUrl(forge)}/commits/${ref}/statuses`, giteaPages);
    return gitea(
      200,
      page.rows.map((row) => statusFields(forge, row)),
      page.headers,
    );
  };
  return { where: 'forge.statuses', access: 'forge', answer };
}

function combinedRoute(forge: ForgeStore, ref: string, query: URLSearchParams): ForgeRoute {
  const answer = (): Answer => {
    const sha = forge.git.resolve(ref);
    if (sha === undefined) return unknownCommit(forge, ref);
    const url = `${repoUrl(forge)}/commits/${ref}/status`;
    const page = pageOf(forge.statuses.latest(sha), query, url, giteaPages);
    // State and count speak of this page only, which is why nobody may build a gate on it.
    const rows = page.rows.toReversed();
    const body = {
      state: combinedState(rows.map((row) => row.status)),
      sha,
      total_count: rows.length,
      statuses: rows.map((row) => statusFields(forge, row)),
      commit_url: `${repoUrl(forge)}/commits/${sha}`,
      url: `${repoUrl(forge)}/commits/${sha}/status`,
    };
    return gitea(200, body, page.headers);
  };
  return { where: 'forge.combined-status', access: 'forge', answer };
}

function branchRoute(forge: ForgeStore, branch: string): ForgeRoute {
  const answer = (): Answer => {
    const sha = forge.git.branch(branch);
    const commit = sha === undefined ? undefined : forge.git.get(sha);
    if (commit === undefined) return giteaNotFound(forge);
    return gitea(200, {
      name: branch,
      commit: commitFields(forge, commit),
      protected: false,
      required_approvals: 0,
      enable_status_check: false,
      status_check_contexts: [],
      user_can_push: true,
      user_can_merge: true,
      effective_branch_protection_name: '',
    });
  };
  return { where: 'forge.branch', access: 'forge', answer };
}

function commitRoute(forge: ForgeStore, ref: string): ForgeRoute {
  const answer = (): Answer => {
    const sha = forge.git.resolve(ref);
    const commit = sha === undefined ? undefined : forge.git.get(sha);
    // Ambiguous or not there: Gitea says the same of both.
    if (commit === undefined) return gitea(404, { errors: [], message: ref, url: swagger(forge) });
    return gitea(200, {
      url: `${repoUrl(forge)}/git/commits/${commit.sha}`,
      sha: commit.sha,
      created: timestamp(commit.at),
      commit: { message: `${commit.message}\n` },
      parents: commit.parents.map((parent) => ({
        url: `${repoUrl(forge)}/git/commits/${parent}`,
        sha: parent,
      })),
    });
  };
  return { where: 'forge.commit', access: 'forge', answer };
}

function compareRoute(forge: ForgeStore, range: string): ForgeRoute {
  const answer = (): Answer => {
    const [from, to] = range.split('...').map((ref) => forge.git.resolve(ref));
    if (from === undefined || to === undefined) return giteaNotFound(forge);
    const commits = forge.git.between(from, to);
    return gitea(200, {
      total_commits: commits.length,
      commits: commits.map((commit) => ({ sha: commit.sha, commit: { message: commit.message } })),
    });
  };
  return { where: 'forge.compare', access: 'forge', answer };
}

function variableRoute(forge: ForgeStore, scope: 'repo' | 'org', name: string): ForgeRoute {
  const answer = (): Answer => {
    const data = forge.variables.get(scope, name);
    if (data === undefined) return gitea(404, { message: 'variable not found', url: swagger(forge) });
    const owner = scope === 'org' ? { owner_id: 1, repo_id: 0 } : { owner_id: 0, repo_id: 1 };
    return gitea(200, { ...owner, name: name.toUpperCase(), data, description: forge.plant() ?? '' });
  };
  return { where: 'forge.variable', access: 'control', answer };
}

function postRoute(forge: ForgeStore, ref: string): ForgeRoute {
  const answer = (text: string): Answer => {
    const sha = forge.git.resolve(ref);
    if (sha === undefined) return unknownCommit(forge, ref);
    const body = parseJson(text);
    const [state, context] = [field(body, 'state'), field(body, 'context')];
    if (typeof state !== 'string' || state === '') {
      return gitea(422, { message: '[]: state is required', url: swagger(forge) });
    }
    const row = forge.statuses.add(
      sha,
      typeof context === 'string' && context !== '' ? context : 'default',
      state,
      {
        description: String(field(body, 'description') ?? ''),
        targetUrl: String(field(body, 'target_url') ?? ''),
        posted: true,
      },
    );
    return gitea(201, statusFields(forge, row));
  };
  return { where: 'forge.post-status', access: 'forge', answer };
}
