import { z } from 'zod';
import { ConfigurationError } from '../errors.ts';
import type { ConfigurationPlace } from '../errors.ts';
import { request } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { parseJson, UnreadableAnswerError } from '../http/json.ts';
import { isSha } from '../rollout/sha.ts';
import type { Answer } from '../rollout/tenants.ts';
import { checkServiceUrl } from '../safety/url.ts';
import { isSlug } from './slug.ts';

export interface ReadOptions {
  /** Budget of one request in ms; default 10 s. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const schema = z.object({ git_sha: z.string() });
const maxBytes = 64 * 1024;
const defaultTimeoutMs = 10_000;

/**
 * A template such as `https://{slug}.example/buildinfo`, checked: `{slug}` stands in it, and what it makes is
 * a usable URL. Throws {@link ConfigurationError}.
 */
export function checkBuildinfoTemplate(template: string, place: ConfigurationPlace): string {
  const text = template.trim();
  if (!text.includes('{slug}')) {
    throw new ConfigurationError(place, 'expected `{slug}` in it, as in `https://{slug}.example/buildinfo`.');
  }
  checkServiceUrl(text.replaceAll('{slug}', 'slug'), place);
  return text;
}

/**
 * What a tenant says it runs (contracts: tenants), the SHA in lower case. `dev` is a build without a SHA.
 * A tenant that does not answer 200 is `unreachable`, one that answers something else than a SHA
 * `unreadable`; neither proves anything (I-13, I-14). `why` is a short phrase, never content.
 * Rejects only when `signal` aborts, with {@link HttpFailure}. No token goes along.
 */
export async function readBuildinfo(
  urlTemplate: string,
  slug: string,
  options: ReadOptions = {},
): Promise<Answer> {
  if (!isSlug(slug)) return { kind: 'unreadable', why: 'the slug is none' };
  const url = urlTemplate.replaceAll('{slug}', slug);
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  try {
    const answer = await request({ method: 'GET', url, timeoutMs, signal, maxBytes });
    if (answer.status !== 200) return { kind: 'unreachable', why: `status ${answer.status}` };
    const { git_sha: said } = parseJson(answer.text, schema, 'buildinfo');
    const sha = said.trim().toLowerCase();
    if (isSha(sha)) return { kind: 'sha', sha };
    if (sha === 'dev') return { kind: 'dev', why: 'a build without a SHA' };
    return { kind: 'unreadable', why: 'git_sha is no SHA' };
  } catch (error) {
    if (error instanceof UnreadableAnswerError) return { kind: 'unreadable', why: 'no buildinfo' };
    if (!(error instanceof HttpFailure) || error.kind === 'aborted') throw error;
    if (error.kind === 'too-large') return { kind: 'unreadable', why: 'too large' };
    return { kind: 'unreachable', why: error.kind };
  }
}
