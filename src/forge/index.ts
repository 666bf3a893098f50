import { ConfigurationError } from '../errors.ts';
import type { ConfigurationPlace } from '../errors.ts';
import { checkServiceUrl } from '../safety/url.ts';
import { ForgeApi } from './api.ts';
import type { Forge } from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';

export { MissingTokenError } from '../errors.ts';
export { ForgeError } from './errors.ts';
export type { ForgeErrorKind } from './errors.ts';
export type * from './forge.ts';

export interface ForgeOptions {
  readonly kind: 'gitea' | 'forgejo' | 'github';
  /** Address of the forge (`https://git.example`, also with `/api/v1`); for GitHub that of its API. */
  readonly url: string;
  /** `owner/name`. */
  readonly repo: string;
  /** `read`: statuses, branches, compare, pull requests, posting. `control`: Actions variables. */
  readonly tokens: { readonly read?: string | undefined; readonly control?: string | undefined };
  /** Environment variables the tokens come from, named when one is missing. */
  readonly tokenVariables?: { readonly read: string; readonly control: string };
  /** Where the configuration stands, for messages. */
  readonly place?: ConfigurationPlace;
}

const defaultVariables = { read: 'AUTO_SYNC_TOKEN', control: 'PROD_AUTO_DEPLOY_CONTROL_TOKEN' };

/**
 * The forge behind one interface. A token that is not there is missed only by the calls that need it: each
 * has one job, and neither stands in for the other.
 * Throws {@link ConfigurationError} for a URL that tokens must not be sent to and a `repo` that is none.
 */
export function createForge(options: ForgeOptions): Forge {
  const { kind, repo, tokens, tokenVariables: variables = defaultVariables } = options;
  const place = options.place ?? { source: 'forge' };
  const url = checkServiceUrl(options.url, place);
  if (!/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(repo)) {
    throw new ConfigurationError({ ...place, key: 'repo' }, 'expected `owner/name`.');
  }
  if (kind === 'github') {
    const base = new URL(url).host === 'github.com' ? 'https://api.github.com' : url;
    const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
    return github(new ForgeApi({ base, tokens, variables, scheme: 'Bearer', headers }), repo);
  }
  const base = url.endsWith('/api/v1') ? url : `${url}/api/v1`;
  return gitea(new ForgeApi({ base, tokens, variables, scheme: 'token' }), repo);
}
