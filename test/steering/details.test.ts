import { describe, expect, it } from 'vitest';
import { deployDetails } from '../../src/workflows/details.ts';
import { sampleStatus, T0 } from '../progress/samples.ts';

const halted = { reason: 'errors | go up', actor: 'ann', at: T0 };
const rows = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('The current details of a deploy in Temporal UI', () => {
  it('say at the top what a person can do, also while the call is still out that a halt waits for', () => {
    const inFlight = { wave: 3, slugs: ['a', 'b', 'c'], since: T0, stage: 'sending' } as const;
    const next = ['resume', 'rollback', 'abort'] as const;
    const lines = rows(deployDetails(sampleStatus({ halted, inFlight, next }), T0));
    expect(lines.slice(0, 7)).toEqual([
      '### HALTED · staging-2863380',
      'rolling wave 3: a, b, c',
      'Halted by ann: errors \\| go up',
      '| | |',
      '|---|---|',
      '| **you can** | `resume` `rollback` `abort` |',
      '| with the worker | wave 3: a, b, c |',
    ]);
  });

  it('stay short, whatever happened', () => {
    const many = Array.from({ length: 200 }, (_, index) => `tenant-${index}`);
    const status = sampleStatus({
      halted,
      asked: { name: 'rollback', reason: 'no\n\n# good', actor: 'bob', at: T0 },
      stragglers: many.map((slug) => ({ slug, state: 'stale' as const, wave: 1 })),
      warnings: many,
      inFlight: { wave: 3, slugs: many, since: T0 },
    });
    const text = deployDetails(status, T0);
    expect(text).toContain('bob said `rollback`: no # good');
    expect(rows(text).length).toBeLessThan(22);
    expect(text.length).toBeLessThan(1_500);
  });

  it('speak of no fleet before it was read', () => {
    const side = { count: 0, slugs: [] };
    const tenants = { total: 0, onRelease: side, onFormer: side, unknown: side };
    expect(
      deployDetails(sampleStatus({ phase: 'gates', detail: 'waiting for 2 gates', tenants }), T0),
    ).not.toMatch(/wave|tenants/);
  });
});
