import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import protocol from '@temporalio/proto';
import { UnreadablePayloadError } from '../errors.ts';
import { CODEC_KEYS, type CodecKey } from './keys.ts';

const { Payload: PayloadMessage } = protocol.temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts payloads with AES-256-GCM: in the data nonce, ciphertext and tag, in the metadata the key's id, as
 * Temporal's own examples of encryption have it, so that their codec servers can be used. Without keys it encrypts
 * nothing. What is not encrypted is read as it is: histories from before the first key go on.
 */
export class AesGcmCodec implements PayloadCodec {
  readonly #first: CodecKey | undefined;
  readonly #keys: ReadonlyMap<string, Buffer>;

  constructor(keys: readonly CodecKey[]) {
    this.#first = keys[0];
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const first = this.#first;
    return Promise.resolve(
      first === undefined ? payloads : payloads.map((payload) => encrypt(payload, first)),
    );
  }

  /**
   * @throws UnreadablePayloadError for a key that is not there and for bytes that were changed. A worker that cannot
   * read stops there and tries again: nothing is taken for what it is not, and the right key lets it go on.
   */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(
      payloads.map((payload) => (isEncrypted(payload) ? this.#decrypt(payload) : payload)),
    );
  }

  #decrypt({ metadata, data }: Payload): Payload {
    const id = textOf(metadata?.['encryption-key-id']);
    const key = this.#keys.get(id);
    if (key === undefined)
      throw new UnreadablePayloadError(
        this.#first === undefined
          ? `it is encrypted and ${CODEC_KEYS} is not set here; set it to the worker's keys`
          : `it is encrypted with the key \`${id}\`, which ${CODEC_KEYS} does not have here; add that key`,
      );
    try {
      const bytes = data ?? new Uint8Array();
      const end = bytes.length - TAG_BYTES;
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(end));
      const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
      return PayloadMessage.decode(plain);
    } catch {
      throw new UnreadablePayloadError(
        `its bytes are not what the key \`${id}\` encrypted; either ${CODEC_KEYS} has another key of that id here, or somebody changed them`,
      );
    }
  }
}

function encrypt(payload: Payload, { id, key }: CodecKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const plain = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: bytesOf(ENCODING), 'encryption-key-id': bytesOf(id) }, data };
}

function isEncrypted({ metadata }: Payload): boolean {
  return textOf(metadata?.['encoding']) === ENCODING;
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return bytes === null || bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}
