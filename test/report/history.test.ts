import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { GreenlaneError, HistoryError } from '../../src/errors.ts';
import { readChain } from '../../src/report/history.ts';
import { isRecord } from '../../src/report/payload.ts';
import { storyOf } from '../../src/report/tell.ts';
import { recordings } from '../replay/recording.ts';
import { recordedChains, type Exported } from './histories.ts';

const converter = loadDataConverter();

describe('histories exported from Temporal', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-report-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  let files = 0;
  function file(content: unknown): string {
    files += 1;
    const path = join(directory, `history-${files}.json`);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('are read as the command line writes them, as Temporal UI does, and as it does for people', async () => {
    const [[run] = []] = await recordedChains('deployed-with-a-quarantined-tenant');
    const exported = run?.exported as Exported;
    for (const form of [exported, readable(exported), shorthand(exported), exported.events]) {
      const story = storyOf(await readChain([file(form)], converter), Date.now());
      expect(story).toMatchObject({ outcome: 'deployed', tenants: { total: 7, onRelease: 6 } });
      expect(story.gates).toHaveLength(2);
    }
  });

  it('of a chain are put in order, however they are given', async () => {
    const [runs = []] = await recordedChains('continued-as-new');
    const paths = runs.map(({ exported }) => file(exported));
    const chain = await readChain(paths.toReversed(), converter);
    expect(chain.complete).toBe(true);
    expect(chain.runs.map(({ runId }) => runId)).toEqual(runs.map(({ facts }) => facts.runId));
    const last = await readChain(paths.slice(-1), converter);
    expect([last.runs.length, last.complete]).toEqual([1, false]);
  });

  it('of two attempts tell the newer one', async () => {
    const attempts = await recordedChains('deployed-again-without-a-call');
    const chain = await readChain(
      attempts.flat().map(({ exported }) => file(exported)),
      converter,
    );
    expect(chain.runs).toHaveLength(1);
    expect(chain.runs[0]?.runId).toBe(attempts[1]?.[0]?.facts.runId);
  });

  it('of a worker with a codec are decoded through it', async () => {
    const [[run] = []] = await recordedChains('deployed');
    const mirrored = mapPayloads(run?.exported as Exported, ({ data, metadata }) => ({
      metadata: { encoding: Buffer.from('binary/mirrored').toString('base64') },
      data: Buffer.from(JSON.stringify({ data, metadata })).reverse().toString('base64'),
    }));
    const path = file(mirrored);
    await expect(readChain([path], converter)).rejects.toThrow(
      /payload that cannot be decoded \(encoding binary\/mirrored\)\. If payloads are encrypted/,
    );
    const codec = {
      encode: async (payloads: never[]) => payloads,
      decode: async (payloads: { data?: Uint8Array | null }[]) =>
        payloads.map(({ data }) => {
          const inner = JSON.parse(
            Buffer.from(data ?? [])
              .reverse()
              .toString(),
          ) as Encoded;
          return {
            metadata: { encoding: Buffer.from(inner.metadata['encoding'] ?? '', 'base64') },
            data: Buffer.from(inner.data ?? '', 'base64'),
          };
        }),
    };
    const chain = await readChain([path], { ...converter, payloadCodecs: [codec] });
    expect(storyOf(chain, Date.now()).outcome).toBe('deployed');
  });

  it('that are none, or of something else, get one line that says what to do', async () => {
    const lock = recordings()
      .flatMap(({ runs }) => runs)
      .find(({ type }) => type === 'fleetLock');
    const two = (await recordedChains('manual-and-rollback-to-a-tag')).map(([run]) => file(run?.exported));
    const cases: [string[], RegExp][] = [
      [[join(directory, 'none.json')], /none\.json cannot be read \(ENOENT\)$/],
      [[file('no JSON')], /is not JSON, or was cut off\. Export one with `temporal workflow show/],
      [[file('')], /is empty\. Export one/],
      [[file('{"events":[{"eventId":"1","ev')], /is not JSON, or was cut off/],
      [[file({ other: 1 })], /has no events\. Export one/],
      [[file([])], /has no events/],
      [[file({ events: [{ eventId: '1' }] })], /does not begin with its start/],
      [[file({ events: ['text'] })], /does not begin with its start/],
      [[file(lock?.history)], /is the history of a workflow of type fleetLock, not of a deploy/],
      [two, /are of two deploys, .* and .*: give those of one$/],
    ];
    for (const [paths, message] of cases) {
      const error = await readChain(paths, converter).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(HistoryError);
      expect((error as HistoryError).message).toMatch(message);
      expect((error as HistoryError).message).not.toContain('\n');
    }
  });

  it('that somebody mangled are told with gaps or refused, never a crash', async () => {
    const [[run] = []] = await recordedChains('rolled-back-by-an-operator');
    const text = JSON.stringify(run?.exported);
    const junk = fc.constantFrom('null', '0', '""', '[]', '{}', '"x"');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), junk, async (at, value) => {
        const values = [...text.matchAll(/:("[^"]*"|\d+|\{\}|\[\])/g)];
        const hit = values[at % values.length] as RegExpExecArray;
        const mangled = `${text.slice(0, hit.index)}:${value}${text.slice(hit.index + hit[0].length)}`;
        try {
          storyOf(await readChain([file(mangled)], converter), Date.now());
        } catch (error) {
          expect(error).toBeInstanceOf(GreenlaneError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

interface Encoded {
  readonly metadata: Record<string, string>;
  readonly data?: string;
}

/** A history with every payload made anew. */
function mapPayloads(exported: Exported, make: (payload: Encoded) => unknown): Exported {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isRecord(value)) return value;
    if (isRecord(value['metadata']) && typeof value['metadata']['encoding'] === 'string')
      return make(value as unknown as Encoded);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(exported) as Exported;
}

/** As Temporal UI exports for people: encodings and values in clear. */
function readable(exported: Exported): Exported {
  return mapPayloads(exported, ({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
    ),
    data: data === undefined || data === '' ? null : JSON.parse(Buffer.from(data, 'base64').toString()),
  }));
}

/** With values in the place of their payloads. */
function shorthand(exported: Exported): Exported {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isRecord(value)) return value;
    if (Array.isArray(value['payloads']))
      return value['payloads'].map((payload: unknown) => (isRecord(payload) ? payload['data'] : undefined));
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(readable(exported)) as Exported;
}
