import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '../errors.ts';

/** Where forges look for the template of a pull request. */
const PLACES = ['.gitea', '.forgejo', '.github', '.', 'docs'].flatMap((folder) =>
  ['pull_request_template.md', 'PULL_REQUEST_TEMPLATE.md'].map((name) => join(folder, name)),
);

/**
 * The repository's pull-request template: the configured file, else the first that a forge would take.
 * @throws ConfigurationError when the configured file cannot be read.
 */
export function pullRequestTemplate(
  root: string,
  configured: string | undefined,
  source: string,
): string | undefined {
  if (configured !== undefined) {
    try {
      return readFileSync(resolve(root, configured), 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new ConfigurationError({ source, key: 'sop.template' }, `${configured} cannot be read (${code})`);
    }
  }
  for (const place of PLACES) {
    try {
      return readFileSync(join(root, place), 'utf8');
    } catch {
      // Not there: the next place.
    }
  }
  return undefined;
}
