import { expect, test } from 'vitest';
import type { JournalEntry } from '../../src/simulator/index.ts';
import { Journal } from '../../src/simulator/journal.ts';

function arrive(journal: Journal, more: Partial<JournalEntry> = {}): JournalEntry {
  const entry = journal.begin({
    at: 0,
    where: 'hook',
    method: 'POST',
    path: '/',
    authorizationSent: false,
    authorizationOk: true,
    effect: false,
    ...more,
  });
  journal.noticed(entry);
  return entry;
}

test('calls finds by place and by fields, lists compared by their content', () => {
  const journal = new Journal(100);
  arrive(journal, { where: 'control-plane', slugs: ['a', 'b'], dryRun: false });
  arrive(journal, { where: 'control-plane', dryRun: true });
  arrive(journal, { where: 'forge.branch' });
  expect(journal.calls('control-plane')).toHaveLength(2);
  expect(journal.calls('control-plane', { dryRun: false })).toMatchObject([{ seq: 1 }]);
  expect(journal.calls('control-plane', { slugs: ['a', 'b'] })).toHaveLength(1);
  expect(journal.calls('control-plane', { slugs: ['b', 'a'] })).toHaveLength(0);
  expect(journal.calls('forge')).toMatchObject([{ seq: 3 }]);
  expect(journal.calls(undefined, (entry) => entry.seq > 1)).toHaveLength(2);
});

test('it is bounded: the oldest tenth goes, is counted, and the numbering goes on', () => {
  const journal = new Journal(50);
  for (let n = 0; n < 120; n++) arrive(journal);
  expect(journal.length).toBeLessThanOrEqual(50);
  expect(journal.dropped + journal.length).toBe(120);
  expect(journal.at(-1)?.seq).toBe(120);
  expect(journal[0]?.seq).toBe(journal.dropped + 1);
});

test('until answers with a past call, or with the next one that fits', async () => {
  const journal = new Journal(10);
  arrive(journal, { path: '/past' });
  expect((await journal.until('hook', { path: '/past' })).seq).toBe(1);
  const next = journal.until('hook', { path: '/next' });
  arrive(journal, { path: '/other' });
  arrive(journal, { path: '/next' });
  expect((await next).seq).toBe(3);
});

test('until names what did not come', async () => {
  const waiting = new Journal(10).until('registry', { method: 'PUT' }, 10);
  await expect(waiting).rejects.toThrow(
    'No call of registry with {"method":"PUT"} reached the simulator in 10 ms.',
  );
});

test('clear forgets entries and counts; what the array gives back are plain arrays', () => {
  const journal = new Journal(10);
  arrive(journal);
  expect(journal.filter(() => true)).not.toBeInstanceOf(Journal);
  journal.tenantReads = 3;
  journal.clear();
  expect([journal.length, journal.tenantReads, journal.dropped]).toEqual([0, 0, 0]);
  expect(arrive(journal).seq).toBe(2);
});
