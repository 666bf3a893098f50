import type { Commit } from './git.ts';
import type { StatusRow } from './statuses.ts';
import type { ForgeStore } from './store.ts';
import { timestamp } from './store.ts';

/** A status row as Gitea writes it: the state is in `status`. */
export function statusFields(forge: ForgeStore, row: StatusRow): Record<string, unknown> {
  const plant = forge.plant();
  return {
    id: row.id,
    status: row.status,
    target_url: row.targetUrl,
    description: row.description,
    url: `${forge.giteaUrl}/repos/${forge.owner}/${forge.name}/statuses/${row.sha}`,
    context: row.context,
    creator: { login: row.creator, ...(plant === undefined ? {} : { description: plant }) },
    created_at: timestamp(row.at),
    updated_at: timestamp(row.at),
  };
}

/** A commit as the branch call embeds it. */
export function commitFields(forge: ForgeStore, commit: Commit): Record<string, unknown> {
  const person = { name: 'op', email: 'a@b.c', username: 'op' };
  return {
    id: commit.sha,
    message: `${commit.message}\n`,
    url: `${forge.giteaUrl.replace(/\/api\/v1$/, '')}/${forge.owner}/${forge.name}/commit/${commit.sha}`,
    author: person,
    committer: person,
    verification: {
      verified: false,
      reason: 'gpg.error.not_signed_commit',
      signature: forge.plant() ?? '',
      signer: null,
      payload: '',
    },
    timestamp: timestamp(commit.at),
    added: null,
    removed: null,
    modified: null,
  };
}

/** What Gitea makes of several states in its combined view. */
export function combinedState(states: readonly string[]): string {
  if (states.some((state) => state === 'error' || state === 'failure')) return 'failure';
  const good = new Set(['success', 'warning', 'skipped']);
  return states.length > 0 && states.every((state) => good.has(state)) ? 'success' : 'pending';
}

/** A repository, as far as anybody reads it: its name, and what the caller's user may do. */
export function repositoryFields(forge: ForgeStore): Record<string, unknown> {
  const { owner, name } = forge;
  return {
    name,
    full_name: `${owner}/${name}`,
    default_branch: forge.git.mainBranch,
    description: forge.plant() ?? '',
    permissions: { admin: false, push: true, pull: true },
  };
}
