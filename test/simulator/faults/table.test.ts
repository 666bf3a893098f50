import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/faults/schema.ts';
import { FaultTable } from '../../../src/simulator/faults/table.ts';
import { seededRandom } from '../../../src/simulator/random.ts';

function table(...faults: Fault[]): FaultTable {
  const made = new FaultTable(seededRandom(1));
  for (const fault of faults) made.add(fault);
  return made;
}

/** The kinds that decided `n` calls of the control plane, `-` for an honest answer. */
function kinds(of: FaultTable, n: number, dryRun = false): string[] {
  return Array.from(
    { length: n },
    () => of.strike('control-plane', { path: '/cp', dryRun }).answer?.kind ?? '-',
  );
}

const where = 'control-plane';

test('times and after count matching calls', () => {
  const faults = table({ where, kind: 'html', after: 2, times: 2 });
  expect(kinds(faults, 6)).toEqual(['-', '-', 'html', 'html', '-', '-']);
});

test('two faults with times make calls fail one after the other', () => {
  const faults = table({ where, kind: 'status', status: 502, times: 2 }, { where, kind: 'hang', times: 1 });
  expect(kinds(faults, 4)).toEqual(['status', 'status', 'hang', '-']);
});

test('delays come on top of what decides the answer', () => {
  const faults = table(
    { where, kind: 'slow', ms: 5 },
    { where, kind: 'slow', ms: 7 },
    { where, kind: 'html' },
  );
  expect(faults.strike(where, { path: '', dryRun: false })).toMatchObject({
    delayMs: 12,
    answer: { kind: 'html' },
  });
});

test('a plain fault meets dry runs too, one that concerns tenants does not, unless it says so', () => {
  expect(kinds(table({ where, kind: 'html' }), 1, true)).toEqual(['html']);
  expect(kinds(table({ where, kind: 'html', dryRun: false }), 1, true)).toEqual(['-']);
  expect(kinds(table({ where, kind: 'html', dryRun: true }), 1, false)).toEqual(['-']);
  const dry = { path: '', dryRun: true, concerns: () => true };
  expect(table({ where, kind: 'html', slug: 'a' }).strike(where, dry).answer).toBeUndefined();
  expect(table({ where, kind: 'html', slug: 'a', dryRun: true }).strike(where, dry).answer).toBeDefined();
  expect(table({ where, kind: 'leave-out' }).strike(where, dry).tenants).toEqual([]);
});

test('match looks at path and query, slug at the tenants of the call', () => {
  const faults = table(
    { where: 'forge.statuses', kind: 'html', match: 'page=3' },
    { where, kind: 'html', slug: 'a' },
  );
  expect(faults.strike('forge.statuses', { path: '/x?page=2' }).answer).toBeUndefined();
  expect(faults.strike('forge.statuses', { path: '/x?page=3' }).answer?.kind).toBe('html');
  const of = (slug: string) =>
    faults.strike(where, { path: '', dryRun: false, concerns: (other) => other === slug }).answer;
  expect([of('a')?.kind, of('b')?.kind]).toEqual(['html', undefined]);
});

test('a fault of the forge meets all its places', () => {
  const faults = table({ where: 'forge', kind: 'html' });
  expect(faults.strike('forge.compare', { path: '' }).answer?.kind).toBe('html');
  expect(faults.strike('registry', { path: '' }).answer).toBeUndefined();
});

test('chance is decided by the seed', () => {
  const flapping = (): string[] => kinds(table({ where, kind: 'html', chance: 0.5 }), 40);
  expect(flapping()).toEqual(flapping());
  expect(new Set(flapping())).toEqual(new Set(['html', '-']));
});

test('removing takes a fault away, and says whether it was there', () => {
  const faults = table();
  const id = faults.add({ where, kind: 'html' });
  expect(faults.list()).toMatchObject([{ id, kind: 'html', fired: 0 }]);
  expect(faults.remove(id)).toBe(true);
  expect(faults.remove(id)).toBe(false);
  expect(kinds(faults, 1)).toEqual(['-']);
});

test('a fault that makes no sense is refused', () => {
  const faults = table();
  expect(() => faults.add({ where, kind: 'explode' } as unknown as Fault)).toThrow();
  expect(() => faults.add({ where, kind: 'status' } as unknown as Fault)).toThrow(/status/);
  expect(() => faults.add({ where: 'nowhere', kind: 'html' } as unknown as Fault)).toThrow(/where/);
  expect(() => faults.add({ where, kind: 'html', tims: 1 } as unknown as Fault)).toThrow(/tims/);
});
