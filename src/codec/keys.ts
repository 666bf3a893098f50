import type { Environment } from '../config/environment.ts';
import { text } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';

export const CODEC_KEYS = 'GREENLANE_CODEC_KEYS';
const KEY_BYTES = 32;

/** A key of AES-256, and the name that payloads carry to say which key opens them. */
export interface CodecKey {
  readonly id: string;
  readonly key: Buffer;
}

/**
 * Keys of `GREENLANE_CODEC_KEYS`: `id:base64` separated by commas. The first one encrypts, all of them decrypt: a new
 * key is added behind the old one everywhere, then moved to the front (docs/operations.md). Empty when it is not set.
 * @throws ConfigurationError naming the entry by its position; never quoting a key.
 */
export function codecKeys(env: Environment): CodecKey[] {
  const value = text(env, CODEC_KEYS);
  if (value === undefined) return [];
  const keys = value.split(',').map((entry, index) => parseKey(entry.trim(), index + 1));
  const twice = keys.find((one, index) => keys.findIndex((other) => other.id === one.id) !== index);
  if (twice !== undefined) throw problem(`the key id \`${twice.id}\` stands in it twice; expected each once`);
  return keys;
}

function parseKey(entry: string, position: number): CodecKey {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(0, colon));
  const encoded = entry.slice(colon + 1);
  if (!/^[\w.-]{1,64}$/.test(id))
    throw problem(
      `entry ${position} has no usable key id; expected \`id:base64\`, the id of letters, digits, . _ -`,
    );
  const key = Buffer.from(encoded, 'base64');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && key.toString('base64') === encoded;
  if (!isBase64 || key.length !== KEY_BYTES)
    throw problem(
      `the key \`${id}\` is not ${KEY_BYTES} bytes in base64; make one with: openssl rand -base64 ${KEY_BYTES}`,
    );
  return { id, key };
}

function problem(what: string): ConfigurationError {
  return new ConfigurationError({ source: `environment variable ${CODEC_KEYS}` }, what);
}
