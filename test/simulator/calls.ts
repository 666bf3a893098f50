import { readFile } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import { request } from 'undici';
import type { Simulator } from '../../src/simulator/index.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
  /** The parsed body; `undefined` when it is no JSON. */
  readonly body: unknown;
}

export interface CallOptions {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** The client goes away when it fires. */
  readonly signal?: AbortSignal;
}

/** One call over real HTTP; follows no redirect. Rejects when no whole answer comes. */
export async function call(url: string, options: CallOptions = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, body, signal = AbortSignal.timeout(10_000) } = options;
  const response = await request(url, {
    method,
    headers,
    signal,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.body.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  return { status: response.statusCode, headers: response.headers, text, body: parsed };
}

/** A call of the Gitea API; `path` starts below the repository unless it starts with `/`. */
export function gitea(
  sim: Simulator,
  path: string,
  options: CallOptions & { token?: string } = {},
): Promise<Reply> {
  const at = path.startsWith('/') ? path : `/repos/${sim.forge.repo}/${path}`;
  const headers = { authorization: `token ${options.token ?? sim.tokens.forge}`, ...options.headers };
  return call(`${sim.forge.url}/api/v1${at}`, { ...options, headers });
}

/** A call of the GitHub API; `path` starts below the repository unless it starts with `/`. */
export function github(
  sim: Simulator,
  path: string,
  options: CallOptions & { token?: string } = {},
): Promise<Reply> {
  const at = path.startsWith('/') ? path : `/repos/${sim.forge.repo}/${path}`;
  const headers = { authorization: `Bearer ${options.token ?? sim.tokens.forge}`, ...options.headers };
  return call(`${sim.forge.githubUrl}${at}`, { ...options, headers });
}

/** A redeploy call with the right token; `confirm` is there unless the body says otherwise. */
export function redeploy(
  sim: Simulator,
  body: Record<string, unknown>,
  options: CallOptions = {},
): Promise<Reply> {
  return call(`${sim.controlPlane.url}/cp/admin/tenants/redeploy-fleet`, {
    method: 'POST',
    ...options,
    headers: { authorization: `Bearer ${sim.tokens.controlPlane}`, ...options.headers },
    body: { confirm: true, ...body },
  });
}

/** Makes a call whose client goes away as soon as `until` resolves; resolves when it has gone. */
export async function abandon(
  until: () => Promise<unknown>,
  start: (signal: AbortSignal) => Promise<Reply>,
): Promise<void> {
  const client = new AbortController();
  const ended = start(client.signal).then(
    () => 'answered',
    () => 'gone',
  );
  await until();
  client.abort();
  if ((await ended) !== 'gone') throw new Error('The call was answered before its client could go away.');
}

/** What a tenant says it runs. */
export async function buildinfo(sim: Simulator, slug: string): Promise<Reply> {
  return call(sim.tenants.buildinfoUrl.replace('{slug}', slug));
}

/** The image tag of a commit. */
export function tagOf(sha: string): string {
  return `staging-${sha.slice(0, 7)}`;
}

export interface Recorded {
  readonly request: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown> & unknown[];
}

/** A recorded answer of the real server, as if it had been recorded at the simulator's address. */
export async function recorded(sim: Simulator, name: string): Promise<Recorded> {
  const file = await readFile(new URL(`../fixtures/gitea/${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(file.replaceAll('http://127.0.0.1:13000', sim.forge.url)) as Recorded;
}
