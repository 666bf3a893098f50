import { decode as decodeThroughCodecs } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import { HistoryError, UnreadablePayloadError } from '../errors.ts';

/** Takes the value out of a payload: from Temporal itself, or from an exported history. */
export type Decode = (payload: unknown) => Promise<unknown>;

/** Encodings by name, as the human-readable export of Temporal UI writes them; elsewhere they are bytes. */
const READABLE = /^(json|binary)\/[a-z+]+$/;

/**
 * Decodes payloads with the converter and codecs of the connection. Understood are the payloads of the SDK (bytes),
 * those of exports (base64), and those of Temporal UI's human-readable export (values).
 */
export function decoderOf(converter: LoadedDataConverter): Decode {
  return async (payload) => {
    if (!isRecord(payload)) return undefined;
    const metadata = isRecord(payload['metadata']) ? payload['metadata'] : {};
    const { encoding } = metadata;
    if (typeof encoding === 'string' && READABLE.test(encoding)) return payload['data'] ?? undefined;
    try {
      const raw: Payload = {
        metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, bytes(value)])),
        ...(payload['data'] === undefined || payload['data'] === null
          ? {}
          : { data: bytes(payload['data']) }),
      };
      const [decoded] = await decodeThroughCodecs(converter.payloadCodecs, [raw]);
      return decoded === undefined ? undefined : converter.payloadConverter.fromPayload(decoded);
    } catch (error) {
      if (error instanceof UnreadablePayloadError) throw error;
      throw new HistoryError(
        `The history holds a payload that cannot be decoded (encoding ${nameOf(encoding)}). If payloads are encrypted, run this where the codec's key is configured, or export the history decoded`,
      );
    }
  };
}

/** The payloads of a field such as `input`: wrapped as the API has them, or values as some tools write them. */
export async function valuesOf(field: unknown, decode: Decode): Promise<unknown[]> {
  if (Array.isArray(field)) return field;
  if (!isRecord(field) || !Array.isArray(field['payloads'])) return [];
  return Promise.all(field['payloads'].map(decode));
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? Buffer.from(value, 'base64') : new Uint8Array();
}

function nameOf(encoding: unknown): string {
  const text = Buffer.from(bytes(encoding)).toString('latin1');
  return /^[\w./+-]{1,40}$/.test(text) ? text : 'unknown';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
