import { describe, expect, it } from 'vitest';
import { milestones } from '../../src/progress/milestones.ts';
import { haltedLines, reached, workflowUrl } from '../../src/progress/words.ts';
import { sampleStatus, T0 } from './samples.ts';

describe('words about a deploy', () => {
  it('names the deploy in the commands when it does not hold the fleet', () => {
    const { epoch: _, ...status } = sampleStatus({ phase: 'halted', next: ['resume'] });
    expect(haltedLines(status).at(-1)).toContain('greenlane resume --reason R --sha 2863380aa000');
    expect(haltedLines(sampleStatus({ phase: 'halted', next: ['resume'] })).at(-1)).not.toContain('--sha');
  });

  it('links to Temporal UI only where its address is one', () => {
    expect(workflowUrl('https://ui/', 'default', 'deploy/production/a')).toBe(
      'https://ui/namespaces/default/workflows/deploy%2Fproduction%2Fa',
    );
    for (const bad of [undefined, 'ui', 'javascript:alert(1)', 'https://ui) [x](http://y'])
      expect(workflowUrl(bad, 'default', 'a')).toBeUndefined();
  });

  it('counts what a release reached, what was taken back, and nothing where nobody looked', () => {
    expect(reached({ outcome: 'deployed', tenants: 7, onTarget: 6 })).toBe('6/7');
    expect(reached({ outcome: 'failed', tenants: 7 })).toBe('?/7');
    expect(reached({ outcome: 'rolled_back', tenants: 7, onTarget: 0, back: 4 })).toBe('4 back');
    expect(reached({ outcome: 'failed', tenants: 7, onTarget: 3, back: 1 })).toBe('1 back');
    // Of a ledger from before there was that count.
    expect(reached({ outcome: 'rolled_back', tenants: 7, onTarget: 0 })).toBe('–');
    expect(reached({ outcome: 'failed', tenants: 0, onTarget: 0 })).toBe('–');
    expect(reached({ outcome: 'failed' })).toBe('–');
  });

  it('measures steps from the audit trail, also one that stops early', () => {
    const audit = [
      { at: T0, actor: 'ada', what: '3 gates green' },
      { at: T0 + 1_000, actor: 'greenlane', what: '3 gates green' },
    ];
    expect(milestones(audit, T0)).toEqual([{ step: 'gates', from: T0, to: T0 + 1_000 }]);
    expect(milestones(audit, T0, T0 + 5_000).at(-1)).toEqual({
      step: 'until its end',
      from: T0 + 1_000,
      to: T0 + 5_000,
    });
  });
});
