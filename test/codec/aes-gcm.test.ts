import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AesGcmCodec } from '../../src/codec/aes-gcm.ts';
import { UnreadablePayloadError } from '../../src/errors.ts';

const [a, b] = [
  { id: 'a', key: randomBytes(32) },
  { id: 'b', key: randomBytes(32) },
] as const;

function payloadOf(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value);
}

function valueOf(payload: Payload | undefined): unknown {
  return defaultPayloadConverter.fromPayload(payload as Payload);
}

describe('the payload codec', () => {
  it('gives back what went in, for every value, and shows nothing of it in between', async () => {
    const codec = new AesGcmCodec([a]);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.stringMatching(/^[a-z]{12}$/), async (json, marker) => {
        const value = { json, marker };
        const [hidden] = await codec.encode([payloadOf(value)]);
        expect(Buffer.from(hidden?.data ?? []).toString('latin1')).not.toContain(marker);
        expect(JSON.stringify(hidden?.metadata)).not.toContain(marker);
        const [shown] = await codec.decode([hidden as Payload]);
        expect(valueOf(shown)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('never encrypts the same value to the same bytes', async () => {
    const codec = new AesGcmCodec([a]);
    const all = await codec.encode(Array.from({ length: 50 }, () => payloadOf('deployed')));
    expect(new Set(all.map(({ data }) => Buffer.from(data ?? []).toString('hex'))).size).toBe(50);
  });

  it('encrypts with the first key and reads with all, so that keys can be changed in two steps', async () => {
    const [old] = await new AesGcmCodec([a]).encode([payloadOf('before')]);
    const both = new AesGcmCodec([b, a]);
    const [fresh] = await both.encode([payloadOf('after')]);
    expect((await both.decode([old, fresh] as Payload[])).map(valueOf)).toEqual(['before', 'after']);
    expect(Buffer.from(fresh?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('b');
    await expect(new AesGcmCodec([a]).decode([fresh as Payload])).rejects.toThrow(
      /encrypted with the key `b`, which GREENLANE_CODEC_KEYS does not have here; add that key/,
    );
  });

  it('reads what was written before there was a key, and writes plain text while there is none', async () => {
    const plain = payloadOf({ outcome: 'deployed' });
    expect(await new AesGcmCodec([a]).decode([plain])).toEqual([plain]);
    expect(await new AesGcmCodec([]).encode([plain])).toEqual([plain]);
  });

  it('says which variable is missing when there is no key at all', async () => {
    const [hidden] = await new AesGcmCodec([a]).encode([payloadOf(1)]);
    await expect(new AesGcmCodec([]).decode([hidden as Payload])).rejects.toThrow(
      new UnreadablePayloadError(
        "it is encrypted and GREENLANE_CODEC_KEYS is not set here; set it to the worker's keys",
      ).message,
    );
  });

  it('notices every single bit that was changed', async () => {
    const codec = new AesGcmCodec([a]);
    const [hidden] = await codec.encode([payloadOf('deployed')]);
    const data = hidden?.data as Uint8Array;
    for (let bit = 0; bit < data.length * 8; bit += 7) {
      const changed = Uint8Array.from(data);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      await expect(codec.decode([{ ...hidden, data: changed }])).rejects.toThrow(/somebody changed them/);
    }
    await expect(codec.decode([{ ...hidden, data: data.subarray(0, 10) }])).rejects.toThrow(
      UnreadablePayloadError,
    );
    await expect(codec.decode([{ ...hidden, data: new Uint8Array() }])).rejects.toThrow(
      UnreadablePayloadError,
    );
  });
});
