import { isSlug } from '../tenants/slug.ts';
import { EnumerationError } from './errors.ts';
import type { RedeployAnswer } from './schemas.ts';

/** The tenants of a fleet. */
export interface Enumeration {
  /** Sorted, each once, each of the slug grammar; never empty. */
  readonly slugs: readonly string[];
}

/**
 * Reads the answer to a dry run (contracts: dry run lists every tenant). Throws {@link EnumerationError} for a
 * list that nobody should deploy from: empty, with a slug outside the grammar or twice, or not of a dry run.
 */
export function readEnumeration(answer: RedeployAnswer): Enumeration {
  const refuse = (...problem: ConstructorParameters<typeof EnumerationError>): never => {
    throw new EnumerationError(...problem);
  };
  if (!answer.ok)
    refuse('unexpected-answer', 'the control plane says its list is not in order (`ok: false`).', {
      retryable: true,
    });
  if (answer.results.length === 0) {
    refuse('empty', 'the control plane lists no tenant. A fleet of nobody cannot be deployed to.');
  }
  const seen = new Set<string>();
  for (const [index, { slug, ssm_status: status }] of answer.results.entries()) {
    if ((status ?? 'DryRun').toLowerCase() !== 'dryrun') {
      refuse(
        'not-a-dry-run',
        `result ${index + 1} is not of a dry run although one was asked for. Stop deploys and ask the owners of the control plane what it did.`,
      );
    }
    if (!isSlug(slug)) {
      refuse(
        'invalid-slug',
        `result ${index + 1} has a slug that is none (lower-case letters, digits, inner hyphens, at most 63 characters).`,
      );
    }
    if (seen.has(slug)) refuse('duplicate-slug', `\`${slug}\` is listed twice.`);
    seen.add(slug);
  }
  return { slugs: [...seen].sort() };
}
