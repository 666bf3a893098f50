import { ConfigurationError } from '../errors.ts';
import type { ConfigurationPlace } from '../errors.ts';

/**
 * A text as an absolute URL; `undefined` when it is none. Not `URL.canParse`: once Node 20 has compiled a call of it,
 * it takes what is not ASCII for no URL.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether two URLs have the same origin: scheme, host and port as the URL standard parses them. So case,
 * default ports and IDN spellings do not matter, a trailing dot, another port or another scheme does.
 * `false` when one of them is no URL.
 */
export function sameOrigin(a: string, b: string): boolean {
  const [first, second] = [parseUrl(a)?.origin, parseUrl(b)?.origin];
  // Schemes without a host have the opaque origin, which equals nothing.
  return first !== undefined && first === second && first !== 'null';
}

/** Whether a URL's host is this machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}

/**
 * The base URL of a service that tokens are sent to, without a slash at its end. Throws
 * {@link ConfigurationError} unless it is `https:`, or `http:` on loopback, without user-info, query, fragment
 * and characters that URL parsers drop or rewrite. The message never quotes user-info, query or fragment.
 */
export function checkServiceUrl(url: string, place: ConfigurationPlace): string {
  const text = url.trim();
  const fail = (problem: string): never => {
    throw new ConfigurationError(place, `${problem} Expected a URL such as \`https://host.example\`.`);
  };
  if (/[\s\\]|\p{Cc}/u.test(text)) fail('the URL holds white space, a control character or a backslash.');
  const parsed = parseUrl(text) ?? fail('this is no absolute URL.');
  const where = `${parsed.protocol}//${parsed.host}`;
  if (parsed.username !== '' || parsed.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    fail(
      `the URL of ${where} carries a user name or password; tokens have environment variables of their own.`,
    );
  }
  if (text.includes('?') || text.includes('#')) fail(`the URL of ${where} carries a query or a fragment.`);
  if (parsed.protocol === 'http:' && !isLoopback(parsed)) {
    fail(`${where} is plain http, which would show the token to the network; only loopback may be that.`);
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    fail(`the scheme \`${parsed.protocol}\` is no web address.`);
  return parsed.origin + parsed.pathname.replace(/\/+$/, '');
}

export interface ControlPlaneUrlQuestion {
  readonly url: string;
  /** The only origin that gets the admin token unless `allowNonProduction`. */
  readonly productionUrl: string;
  /** `PROD_ALLOW_NON_PROD_CP_URL` of the worker; never a workflow's input. */
  readonly allowNonProduction: boolean;
  readonly place?: ConfigurationPlace;
}

/**
 * The control plane's base URL, if the admin token may go there (design: security boundary). Throws
 * {@link ConfigurationError} when {@link checkServiceUrl} does, and when the origin is not the production
 * origin and nobody allowed that. Origins are compared, never prefixes.
 */
export function checkControlPlaneUrl(question: ControlPlaneUrlQuestion): string {
  const place = question.place ?? { source: 'control plane URL' };
  const url = checkServiceUrl(question.url, place);
  const production = checkServiceUrl(question.productionUrl, { ...place, key: 'productionUrl' });
  if (sameOrigin(url, production) || question.allowNonProduction) return url;
  throw new ConfigurationError(
    place,
    `${new URL(url).origin} is not the production control plane ${new URL(production).origin}, so it does not get ` +
      'the admin token. Correct the URL, or set PROD_ALLOW_NON_PROD_CP_URL=true in the worker for a test fleet.',
  );
}
