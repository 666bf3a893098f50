import { createHash } from 'node:crypto';
import type { GitModel } from '../forge/git.ts';

/** A stored manifest. */
export interface Manifest {
  readonly digest: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** The commit the image was built from; absent for a manifest somebody pushed that says nothing of it. */
  readonly sha?: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const revision = 'org.opencontainers.image.revision';

/**
 * The images of one repository. Each commit has its image `staging-<sha7>` unless a test withholds it;
 * other tags are set by tests, or by a PUT.
 */
export class Registry {
  readonly #git: GitModel;
  readonly #tags = new Map<string, Manifest>();
  readonly #digests = new Map<string, Manifest>();
  readonly #withheld = new Set<string>();

  constructor(git: GitModel) {
    this.#git = git;
  }

  /** Makes a tag stand for a commit's image; throws for a commit nobody knows. */
  publish(tag: string, ref: string): Manifest {
    const sha = this.#git.resolve(ref);
    if (sha === undefined) throw new Error(`Simulated registry: unknown commit ${ref}.`);
    const manifest = imageOf(sha);
    this.#withheld.delete(tag);
    this.#store(tag, manifest);
    return manifest;
  }

  /** Takes a tag away: a known release whose image is not visible (I-20). */
  withhold(tag: string): void {
    this.#tags.delete(tag);
    this.#withheld.add(tag);
  }

  /** The manifest of a tag or digest. */
  find(reference: string): Manifest | undefined {
    if (this.#withheld.has(reference)) return undefined;
    const known = this.#tags.get(reference) ?? this.#digests.get(reference);
    if (known !== undefined) return known;
    const sha = this.#released(reference);
    if (sha === undefined) return undefined;
    const manifest = imageOf(sha);
    this.#digests.set(manifest.digest, manifest);
    return manifest;
  }

  /** Stores a pushed manifest under a tag. */
  put(tag: string, bytes: Buffer, mediaType: string): Manifest {
    const digest = digestOf(bytes);
    const sha = /"org\.opencontainers\.image\.revision"\s*:\s*"([0-9a-f]{40})"/.exec(
      bytes.toString('utf8'),
    )?.[1];
    const manifest = { digest, bytes, mediaType, ...(sha === undefined ? {} : { sha }) };
    this.#withheld.delete(tag);
    this.#store(tag, manifest);
    return manifest;
  }

  /** What a tenant gets that pulls a tag: an image, none although the release exists, or nothing at all. */
  release(tag: string): { readonly sha: string } | 'not-published' | 'unknown' {
    const sha = this.find(tag)?.sha;
    if (sha !== undefined) return { sha };
    return this.#released(tag) === undefined ? 'unknown' : 'not-published';
  }

  /** The tags that were set, with their digests. */
  tags(): Record<string, string> {
    return Object.fromEntries([...this.#tags].map(([tag, { digest }]) => [tag, digest]));
  }

  #store(tag: string, manifest: Manifest): void {
    this.#tags.set(tag, manifest);
    this.#digests.set(manifest.digest, manifest);
  }

  #released(tag: string): string | undefined {
    const start = /^staging-([0-9a-f]{7,40})$/.exec(tag)?.[1];
    return start === undefined ? undefined : this.#git.resolve(start);
  }
}

function imageOf(sha: string): Manifest {
  const empty = {
    mediaType: 'application/vnd.oci.empty.v1+json',
    digest: digestOf(Buffer.from('{}')),
    size: 2,
  };
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: empty,
      layers: [empty],
      annotations: { [revision]: sha },
    }),
  );
  return { digest: digestOf(bytes), bytes, mediaType: manifestType, sha };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
