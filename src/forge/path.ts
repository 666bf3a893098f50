import { UsageError } from '../errors.ts';

/** A commit SHA (7 to 64 hex digits) for a path. Throws {@link UsageError} for anything else. */
export function shaSegment(sha: string): string {
  if (/^[0-9a-f]{7,64}$/i.test(sha)) return sha;
  throw new UsageError(
    `A commit is named by its SHA (7 to 64 hex digits); got ${JSON.stringify(sha.slice(0, 80))}.`,
  );
}

/**
 * A path of several segments (`feature/x`), each encoded. Throws {@link UsageError} for `.`, `..` and empty
 * segments, which would lead somewhere else.
 */
export function pathSegments(path: string): string {
  const segments = path.split('/');
  if (segments.some((segment) => ['', '.', '..'].includes(segment))) {
    throw new UsageError(`${JSON.stringify(path.slice(0, 80))} cannot stand in an address of the forge.`);
  }
  return segments.map(encodeURIComponent).join('/');
}
