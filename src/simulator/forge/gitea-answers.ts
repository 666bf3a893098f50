import type { Answer } from '../exchange.ts';
import { json } from '../exchange.ts';
import type { Access, AccessVerdict } from './access.ts';
import type { ForgeStore } from './store.ts';

const mime = { 'Content-Type': 'application/json;charset=utf-8' };

/** An answer of Gitea's, with its content type. */
export function gitea(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return json(status, value, { ...mime, ...headers });
}

/** A 404 of anything but a variable. */
export function giteaNotFound(forge: ForgeStore, errors: readonly string[] | null = null): Answer {
  return gitea(404, { errors, message: 'not found', url: swagger(forge) });
}

/** What Gitea says to a caller who may not; the texts are those of the recorded answers. */
export function giteaRefusal(
  forge: ForgeStore,
  verdict: Exclude<AccessVerdict, 'ok'>,
  access: Access,
): Answer {
  const url = swagger(forge);
  if (verdict === 'missing') return gitea(401, { message: 'token is required', url });
  if (verdict === 'bad') return gitea(401, { message: 'invalid username, password or token', url });
  const message =
    access === 'control'
      ? 'user should be the owner of the repo'
      : 'token does not have at least one of required scope(s), required=[read:repository]';
  return gitea(403, { message, url });
}

/** What Gitea says of a commit it does not have. */
export function unknownCommit(forge: ForgeStore, ref: string): Answer {
  return giteaNotFound(forge, [`object does not exist [id: ${ref}, rel_path: ]`]);
}

/** The address every error of Gitea ends with. */
export function swagger(forge: ForgeStore): string {
  return `${forge.giteaUrl.replace(/\/v1$/, '')}/swagger`;
}

/** Where the repository starts in the API. */
export function repoUrl(forge: ForgeStore): string {
  return `${forge.giteaUrl}/repos/${forge.owner}/${forge.name}`;
}
