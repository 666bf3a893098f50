import { isLoopback, parseUrl } from '../safety/url.ts';

/** What a registry wants to be shown, from the `WWW-Authenticate` header of a 401. */
export type Challenge =
  | { readonly scheme: 'bearer'; readonly realm: URL; readonly service?: string }
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'unusable'; readonly why: string };

/**
 * Reads a challenge. A realm gets the credentials, so it must be https, or on loopback, and carry no
 * user-info; the scope is ours to choose, not the header's.
 */
export function readChallenge(header: string | undefined): Challenge {
  const bearer = /(?:^|,\s*)bearer\s+(.*)$/is.exec(header ?? '')?.[1];
  if (bearer === undefined) {
    const basic = /(?:^|,\s*)basic(?:\s|$)/i.test(header ?? '');
    return basic
      ? { scheme: 'basic' }
      : { scheme: 'unusable', why: 'it names no way to log in that is known' };
  }
  const realm = parameter(bearer, 'realm');
  const url = parseUrl(realm ?? '');
  if (url === undefined) return { scheme: 'unusable', why: 'its realm is no URL' };
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  if (!safe || url.username !== '' || url.password !== '') {
    return { scheme: 'unusable', why: 'credentials must not go to the realm it names: that is not https' };
  }
  const service = parameter(bearer, 'service');
  return { scheme: 'bearer', realm: url, ...(service === undefined ? {} : { service }) };
}

function parameter(parameters: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|[,\\s])${name}=(?:"([^"]*)"|([^",\\s]+))`, 'i').exec(parameters);
  return found?.[1] ?? found?.[2];
}
