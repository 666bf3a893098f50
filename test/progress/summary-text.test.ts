import { describe, expect, it } from 'vitest';
import { summaryOf, type SummaryInput } from '../../src/progress/summary-text.ts';
import { gate, sampleResult, sampleStatus, T0 } from './samples.ts';

const base: SummaryInput = {
  status: undefined,
  gates: [],
  result: undefined,
  uiUrl: undefined,
  namespace: 'default',
  now: T0 + 600_000,
};
const audit = [
  { at: T0 + 240_000, actor: 'greenlane', what: '2 gates green' },
  { at: T0 + 300_000, actor: 'greenlane', what: 'holds the fleet, epoch 4' },
  { at: T0 + 360_000, actor: 'greenlane', what: 'canary hongming answers 2863380' },
];

describe('the summary of a step', () => {
  it('is nothing when nothing is known of the deploy', () => {
    expect(summaryOf(base)).toBeUndefined();
  });

  it('names every tenant that is not on the release, with its state', () => {
    const { tenants } = sampleResult();
    const summary = summaryOf({
      ...base,
      result: sampleResult({
        tenants: {
          ...tenants,
          onTarget: 28,
          stale: ['t-08'],
          unhealthy: ['t-09'],
          quarantined: ['t-08', 't-09'],
        },
      }),
    });
    expect(summary).toContain('| t-08 | stale, quarantined |');
    expect(summary).toContain('| t-09 | unhealthy, quarantined |');
    expect(summary).toContain('28 of 30 on the release');
  });

  it('cuts a list of hundreds of names and says how many are left out', () => {
    const stale = Array.from({ length: 180 }, (_, index) => `t-${index}`);
    const summary = summaryOf({
      ...base,
      result: sampleResult({ outcome: 'failed', tenants: { ...sampleResult().tenants, stale } }),
    });
    expect(summary).toContain('| and 80 more |  |');
  });

  it('shows gates as green once the deploy is past them, whatever the last look saw', () => {
    const summary = summaryOf({
      ...base,
      status: sampleStatus({ audit }),
      gates: [gate('CI / build (push)', 'success'), gate('CI / test (push)', 'pending')],
      result: sampleResult({ audit }),
    });
    expect(summary).toContain('| CI / test (push) | ✅ success |');
  });

  it('marks the gate that refused the deploy, and only that one', () => {
    const summary = summaryOf({
      ...base,
      status: sampleStatus({ required: ['CI / test', 'CI / test (push)'] }),
      gates: [gate('CI / test', 'pending'), gate('CI / test (push)', 'pending')],
      result: sampleResult({
        outcome: 'failed',
        reason: 'gates: refused by CI / test (push) (failure; 2 tests)',
      }),
    });
    expect(summary).toContain('| CI / test (push) | ❌ refused |');
    expect(summary).toContain('| CI / test | ⏳ pending |');
  });

  it('says how long each step took, from the audit trail alone', () => {
    const summary = summaryOf({ ...base, result: sampleResult({ audit }) });
    expect(summary).toContain('| gates | 4m |');
    expect(summary).toContain('| queue | 1m |');
    expect(summary).toContain('| checks and canary | 1m |');
    expect(summary).toContain('| waves and verification | 6m |');
  });

  it('says of a deploy that goes on that it goes on', () => {
    expect(summaryOf({ ...base, status: sampleStatus() })).toMatch(
      /^## ⏳ goes on: staging-2863380 on production/,
    );
  });

  it('lets no text from outside become markup', () => {
    const evil = '<img src=x> [a](http://b) | `c` @d';
    const summary = summaryOf({
      ...base,
      result: sampleResult({ reason: evil, warnings: [evil], actor: evil, audit }),
      status: sampleStatus({ required: [evil], audit }),
    });
    expect(summary).not.toMatch(/<img|\]\(http|@d/);
    for (const line of (summary ?? '').split('\n').filter((one) => one.startsWith('|')))
      expect(line.split('|').length).toBe(4);
  });
});
