import { createHash } from 'node:crypto';
import { ConfigurationError } from '../errors.ts';
import type { HttpAnswer } from '../http/client.ts';
import { checkServiceUrl } from '../safety/url.ts';
import { RegistryError } from './errors.ts';
import type { Credentials } from './session.ts';
import { RegistrySession } from './session.ts';

export { RegistryError } from './errors.ts';

export interface RegistryOptions {
  /** Origin of the registry. */
  readonly url: string;
  /** Name of the image: `acme/core`. */
  readonly image: string;
  /** Only ever sent to the registry itself or to the realm it names. */
  readonly credentials?: Credentials;
  /** Budget of each request in ms; default 30 s. */
  readonly timeoutMs?: number;
}

export interface RegistryCallOptions {
  readonly signal?: AbortSignal;
}

export interface Registry {
  /** The digest (`sha256:…`) a tag stands for now (I-20). Throws {@link RegistryError}. */
  resolve(tag: string, options?: RegistryCallOptions): Promise<string>;
  /** Makes a tag stand for a digest that the registry has, and checks that it does. Throws {@link RegistryError}. */
  movePointer(tag: string, digest: string, options?: RegistryCallOptions): Promise<void>;
}

const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/**
 * An image in an OCI registry. Throws {@link ConfigurationError} for a URL that credentials must not be sent
 * to, and for an image name outside the distribution specification.
 */
export function createRegistry(options: RegistryOptions): Registry {
  const { image, credentials, timeoutMs = 30_000 } = options;
  const url = checkServiceUrl(options.url, { source: 'registry URL' });
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(image)) {
    throw new ConfigurationError({ source: 'registry image' }, 'expected a name such as `acme/core`.');
  }
  const session = new RegistrySession({ url, image, credentials, timeoutMs });

  const manifest = async (
    method: 'HEAD' | 'GET',
    reference: string,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> => {
    const call = {
      what: `${image}:${reference}`,
      method,
      path: `/manifests/${reference}`,
      headers: { accept },
      signal,
    };
    return session.send(call);
  };
  const unusable = (reference: string, answer: HttpAnswer, detail: string): RegistryError => {
    const { status } = answer;
    return new RegistryError({
      kind: 'unreadable',
      what: `${image}:${reference}`,
      detail,
      status,
      retryable: true,
    });
  };

  const resolve = async (tag: string, signal?: AbortSignal): Promise<string> => {
    checkTag(tag);
    const answer = await manifest('HEAD', tag, signal);
    const named = answer.headers['docker-content-digest'];
    if (answer.status === 200 && named !== undefined) {
      if (isDigest(named)) return named;
      throw unusable(tag, answer, 'its digest is none');
    }
    // Registries may leave the header out, or HEAD altogether: then the digest is that of the bytes.
    const whole = await manifest('GET', tag, signal);
    if (whole.status !== 200) throw unusable(tag, whole, `status ${whole.status}`);
    return digestOf(whole);
  };

  return {
    resolve: (tag, { signal } = {}) => resolve(tag, signal),

    async movePointer(tag, digest, { signal } = {}) {
      checkTag(tag);
      if (!isDigest(digest))
        throw new ConfigurationError({ source: 'digest' }, 'expected `sha256:` and 64 hex digits.');
      const found = await manifest('GET', digest, signal);
      if (found.status !== 200) throw unusable(digest, found, `status ${found.status}`);
      if (digestOf(found) !== digest) throw unusable(digest, found, 'its bytes have another digest');
      // What is put must be byte for byte what was proven; the text came through a decoder.
      if (!Buffer.from(found.text).equals(found.bytes)) throw unusable(digest, found, 'it is no text');
      const type = found.headers['content-type'] ?? '';
      const put = await session.send({
        what: `${image}:${tag}`,
        method: 'PUT',
        path: `/manifests/${tag}`,
        headers: { 'content-type': type },
        body: found.text,
        signal,
      });
      if (put.status !== 201 && put.status !== 200) throw unusable(tag, put, `status ${put.status}`);
      if ((await resolve(tag, signal)) !== digest)
        throw unusable(tag, put, 'it still stands for another digest');
    },
  };
}

function checkTag(tag: string): void {
  if (/^\w[\w.-]{0,127}$/.test(tag)) return;
  throw new ConfigurationError(
    { source: 'image tag' },
    'expected letters, digits, `.`, `_` and `-`, at most 128.',
  );
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function digestOf({ bytes }: HttpAnswer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
