import type { Answer } from '../exchange.ts';
import { field, json, parseJson } from '../exchange.ts';
import type { Access, AccessVerdict } from './access.ts';
import type { CheckRun } from './check-runs.ts';
import type { Commit } from './git.ts';
import { githubPages, pageOf } from './pages.ts';
import type { StatusRow } from './statuses.ts';
import type { ForgeStore } from './store.ts';
import { timestamp } from './store.ts';

const documentation = 'https://docs.github.com/rest';

function github(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return json(status, value, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
}

/** An error of GitHub's, with its body. */
export function problem(status: number, message: string): Answer {
  return github(status, { message, documentation_url: documentation, status: String(status) });
}

/** What GitHub says to a caller who may not. */
export function githubRefusal(verdict: Exclude<AccessVerdict, 'ok'>, access: Access): Answer {
  if (verdict === 'bad') return problem(401, 'Bad credentials');
  // A private repository does not exist for those who may not see it.
  if (verdict === 'missing')
    return problem(
      access === 'control' ? 401 : 404,
      access === 'control' ? 'Requires authentication' : 'Not Found',
    );
  return problem(403, 'Resource not accessible by integration');
}

function noCommit(ref: string): Answer {
  return problem(422, `No commit found for SHA: ${ref}`);
}

/** Status rows, newest first; a page has up to 100. */
export function statusesAnswer(forge: ForgeStore, ref: string, query: URLSearchParams, url: string): Answer {
  const sha = forge.git.resolve(ref);
  if (sha === undefined) return noCommit(ref);
  const page = pageOf(forge.statuses.rows(sha, 'newest-index'), query, url, githubPages);
  return github(
    200,
    page.rows.map((row) => statusFields(forge, row)),
    linkOnly(page.headers),
  );
}

/** The newest row of each context; state and count speak of all pages. */
export function combinedAnswer(forge: ForgeStore, ref: string, query: URLSearchParams, url: string): Answer {
  const sha = forge.git.resolve(ref);
  if (sha === undefined) return noCommit(ref);
  const latest = forge.statuses.latest(sha);
  const states = latest.map((row) => githubState(row.status));
  const bad = states.some((state) => state === 'failure' || state === 'error');
  const good = states.length > 0 && states.every((state) => state === 'success');
  const page = pageOf(latest, query, url, githubPages);
  const body = {
    state: bad ? 'failure' : good ? 'success' : 'pending',
    sha,
    total_count: latest.length,
    statuses: page.rows.map((row) => statusFields(forge, row)),
  };
  return github(200, body, linkOnly(page.headers));
}

/** Check runs, by `filter` and `check_name`. */
export function checkRunsAnswer(forge: ForgeStore, ref: string, query: URLSearchParams, url: string): Answer {
  const sha = forge.git.resolve(ref);
  if (sha === undefined) return noCommit(ref);
  const name = query.get('check_name');
  const listed = forge.checkRuns.list(sha, query.get('filter') === 'all' ? 'all' : 'latest');
  const runs = listed.filter((run) => name === null || run.name === name);
  const page = pageOf(runs, query, url, githubPages);
  return github(
    200,
    { total_count: runs.length, check_runs: page.rows.map(checkRunFields) },
    linkOnly(page.headers),
  );
}

/** The repository itself, for whoever may see it. */
export function repositoryAnswer(forge: ForgeStore): Answer {
  const name = forge.name;
  return github(200, {
    name,
    full_name: `${forge.owner}/${name}`,
    default_branch: forge.git.mainBranch,
    permissions: { admin: false, push: true, pull: true },
  });
}

/** A branch; its head is in `commit.sha`. */
export function branchAnswer(forge: ForgeStore, branch: string): Answer {
  const sha = forge.git.branch(branch);
  const commit = sha === undefined ? undefined : forge.git.get(sha);
  if (commit === undefined) return problem(404, 'Branch not found');
  return github(200, {
    name: branch,
    commit: commitFields(commit),
    protected: false,
  });
}

/** One commit. */
export function commitAnswer(forge: ForgeStore, ref: string): Answer {
  const sha = forge.git.resolve(ref);
  const commit = sha === undefined ? undefined : forge.git.get(sha);
  return commit === undefined ? noCommit(ref) : github(200, commitFields(commit));
}

/** How two commits stand to each other. */
export function compareAnswer(forge: ForgeStore, range: string): Answer {
  const [from, to] = range.split('...').map((ref) => forge.git.resolve(ref));
  if (from === undefined || to === undefined) return problem(404, 'Not Found');
  const ahead = forge.git.between(from, to);
  const behind = forge.git.between(to, from).length;
  const status = ahead.length > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical';
  return github(200, {
    status,
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    base_commit: { sha: from },
    merge_base_commit: { sha: forge.git.mergeBase(from, to) ?? from },
    // GitHub lists the oldest first, at most 250.
    commits: ahead
      .toReversed()
      .slice(0, 250)
      .map((commit) => ({ sha: commit.sha })),
  });
}

/** An Actions variable; its value is in `value`. */
export function variableAnswer(forge: ForgeStore, scope: 'repo' | 'org', name: string): Answer {
  const value = forge.variables.get(scope, name);
  if (value === undefined) return problem(404, 'Not Found');
  const at = timestamp(Date.now());
  return github(200, { name: name.toUpperCase(), value, created_at: at, updated_at: at });
}

/** Stores a posted status. */
export function postAnswer(forge: ForgeStore, ref: string, text: string): Answer {
  const sha = forge.git.resolve(ref);
  if (sha === undefined) return noCommit(ref);
  const body = parseJson(text);
  const [state, context] = [field(body, 'state'), field(body, 'context')];
  if (typeof state !== 'string' || !['error', 'failure', 'pending', 'success'].includes(state)) {
    return problem(422, 'Validation Failed');
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
  return github(201, statusFields(forge, row));
}

function statusFields(forge: ForgeStore, row: StatusRow): Record<string, unknown> {
  const at = timestamp(row.at);
  return {
    id: row.id,
    state: githubState(row.status),
    description: row.description,
    target_url: row.targetUrl,
    url: `${forge.githubUrl}/repos/${forge.owner}/${forge.name}/statuses/${row.sha}`,
    context: row.context,
    creator: { login: row.creator },
    created_at: at,
    updated_at: at,
  };
}

function commitFields({ sha, message, parents }: Commit): Record<string, unknown> {
  return { sha, commit: { message }, parents: parents.map((parent) => ({ sha: parent })) };
}

function checkRunFields(run: CheckRun): Record<string, unknown> {
  const at = timestamp(run.at);
  return {
    id: run.id,
    name: run.name,
    head_sha: run.sha,
    status: run.status,
    conclusion: run.conclusion,
    html_url: `https://github.example/runs/${run.id}`,
    started_at: at,
    completed_at: run.status === 'completed' ? at : null,
    app: { slug: 'github-actions' },
  };
}

/** GitHub has four states; the others of the shared data show as what GitHub would have posted. */
function githubState(status: string): string {
  if (status === 'warning' || status === 'skipped') return 'success';
  return status === 'cancelled' ? 'failure' : status;
}

/** GitHub has no `X-Total-Count`. */
function linkOnly(headers: Record<string, string>): Record<string, string> {
  return headers['Link'] === undefined ? {} : { Link: headers['Link'] };
}
