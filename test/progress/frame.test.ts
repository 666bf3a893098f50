import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { frameOf, type View } from '../../src/progress/frame.ts';
import { styleOf } from '../../src/progress/style.ts';
import type { DeployStatus } from '../../src/workflows/status.ts';
import { gate, sampleLock, sampleResult, sampleStatus, T0 } from './samples.ts';

const NOW = T0 + 125_000;
const plain = (columns = 100, rows = 30) => styleOf({ NO_COLOR: '1', LANG: 'C.UTF-8' }, { columns, rows });

function frame(
  status: Partial<DeployStatus>,
  view: Omit<View, 'snapshot'> & { lock?: ReturnType<typeof sampleLock> } = {},
  columns = 100,
): string {
  const { lock, ...rest } = view;
  const snapshot = { running: true, status: sampleStatus(status), ...(lock === undefined ? {} : { lock }) };
  return frameOf({ snapshot, ...rest }, plain(columns), NOW).join('\n');
}

describe('the screen of a deploy', () => {
  it('says on top what goes where and since when', () => {
    expect(frame({}).split('\n')[0]).toMatch(/^production {2}staging-2863380 {2}auto deploy +2m 5s$/);
  });

  it('shows where the deploy is on its way', () => {
    expect(frame({ phase: 'waves' })).toContain('✔ gates  ✔ queue  ✔ checks  ✔ canary  ▶ waves  ○ verify');
    expect(frame({ phase: 'queued', kind: 'manual' })).toContain('▶ queue  ○ checks');
    expect(frame({ phase: 'approval' })).toContain('✔ gates  ▶ approval  ○ queue');
    expect(frame({ phase: 'rolling_back' })).toContain('✔ queue  ▶ rollback');
  });

  it('lists gates with their states, and counts those that are green', () => {
    const text = frame(
      { phase: 'gates', phaseSince: T0 },
      { gates: [gate('CI / a', 'success'), gate('CI / b', 'missing'), gate('CI / c', 'failure', '2 tests')] },
    );
    expect(text).toContain('▶ gates 1/3');
    expect(text).toContain('waiting for 2 of 3 gates for 2m 5s');
    expect(text).toContain('✔ CI / a');
    expect(text).toContain('○ CI / b  not reported yet');
    expect(text).toContain('✖ CI / c: failure 2 tests');
  });

  it('leaves room on a low screen: what is not green comes first, the rest is counted', () => {
    const gates = [
      ...Array.from({ length: 30 }, (_, index) => gate(`g${index}`, 'success')),
      gate('late', 'pending'),
    ];
    const lines = frameOf(
      { snapshot: { running: true, status: sampleStatus({ phase: 'gates' }) }, gates },
      plain(80, 20),
      NOW,
    );
    expect(lines.length).toBeLessThan(20);
    expect(lines.join('\n')).toContain('○ late');
    expect(lines.join('\n')).toMatch(/and 20 more/);
  });

  it('names the place in the queue, why it waits and when its turn is expected', () => {
    const text = frame({ phase: 'queued', phaseSince: T0 }, { lock: sampleLock() });
    expect(text).toContain('position 1 of 1 in the queue for 2m 5s');
    expect(text).toContain('why       staging-eb31bcf holds the fleet');
    expect(text).toContain('expected  in about 2m 55s');
    expect(text).toContain('holder    staging-eb31bcf, bob, for 2m 5s');
  });

  it('counts a soak down and says how to cut it short', () => {
    const text = frame({ phase: 'soak', soakUntil: NOW + 38_000 });
    expect(text).toContain('soak before wave 3: 38s left  greenlane skip-soak --reason "…"');
  });

  it('draws a bar that is full only when every tenant is there', () => {
    const tenants = (count: number) => ({
      total: 1_000,
      onRelease: { count, slugs: [] },
      onFormer: { count: 1_000 - count, slugs: [] },
      unknown: { count: 0, slugs: [] },
    });
    expect(frame({ tenants: tenants(999) })).toContain('░');
    expect(frame({ tenants: tenants(1_000) })).not.toContain('░');
  });

  it('puts a halt in a box with what is where and what can be done next', () => {
    const text = frame({
      phase: 'halted',
      halted: { reason: 'errors on the canary', actor: 'ada', at: NOW - 14_000 },
      next: ['resume', 'rollback', 'abort'],
    });
    expect(text).toContain('HALTED by ada 14s ago');
    expect(text).toContain('errors on the canary');
    expect(text).toMatch(/on the release +7 \(hongming, t-02, …\)/);
    expect(text).toContain('greenlane rollback --reason "…"  take every touched tenant back');
    expect(text).toContain('✖ waves');
    expect(text).not.toContain('Ctrl-C');
  });

  it('asks for the approval it waits for with the commands to give it', () => {
    expect(frame({ phase: 'approval' })).toContain('greenlane approve --sha 2863380aa000 --reason "…"');
  });

  it('names stragglers, the newest warnings, trouble and a try that is made again', () => {
    const text = frameOf(
      {
        snapshot: {
          running: true,
          status: sampleStatus({
            stragglers: [{ slug: 't-08', state: 'stale' }],
            warnings: ['one', 'straggler t-08: stale', 'two', 'three', 'four'],
          }),
          retrying: { activity: 'rollWave', attempt: 3, why: 'status 502' },
        },
        trouble: 'Temporal does not answer',
      },
      plain(),
      NOW,
    ).join('\n');
    expect(text).toContain('✖ straggler t-08: stale');
    expect(text).toContain('✖ four');
    expect(text).toContain('… and 1 before');
    expect(text).toContain('trying again (rollWave, attempt 3): status 502');
    expect(text).toContain('✖ Temporal does not answer');
  });

  it('ends on what was proven, not on what was seen last', () => {
    const text = frame({ phase: 'verify' }, { result: sampleResult(), over: true });
    expect(text).toContain('30 of 30 tenants');
    expect(text).toContain('✔ verify');
    expect(text.split('\n')[0]).toMatch(/12m$/);
  });

  it('uses ASCII in a locale without UTF-8, and colour unless NO_COLOR is set', () => {
    const snapshot = { running: true, status: sampleStatus() };
    const ascii = frameOf(
      { snapshot },
      styleOf({ LANG: 'C', NO_COLOR: '1' }, { columns: 90, rows: 30 }),
      NOW,
    );
    expect(ascii.join('\n').replaceAll('…', '')).toMatch(/^[\n\x20-\x7e]*$/);
    const colored = frameOf({ snapshot }, styleOf({ LANG: 'C.UTF-8' }, { columns: 90, rows: 30 }), NOW);
    expect(colored.join('\n')).toContain('\u001b[');
    const empty = frameOf({ snapshot }, styleOf({ NO_COLOR: '' }, { columns: 90, rows: 30 }), NOW);
    expect(empty.join('\n')).toContain('\u001b[');
  });

  it('I-23: never lets text from outside move the cursor, and never exceeds the width', () => {
    const phases: DeployStatus['phase'][] = [
      'gates',
      'approval',
      'queued',
      'preflight',
      'canary',
      'soak',
      'halted',
      'verify',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...phases),
        fc.string({ unit: fc.constantFrom('a', ' ', '\u001b[2J', '\n', '\r', '漢', '\u202e', '✖', '-') }),
        fc.integer({ min: 20, max: 120 }),
        (phase, evil, columns) => {
          const snapshot = {
            running: true,
            lock: sampleLock({ queue: sampleLock().queue.map((entry) => ({ ...entry, why: evil })) }),
            status: sampleStatus({
              phase,
              detail: evil,
              tag: evil,
              warnings: [evil],
              soakUntil: NOW + 5_000,
              halted: { reason: evil, actor: evil, at: NOW },
              stragglers: [{ slug: evil, state: 'stale' }],
            }),
            retrying: { activity: 'rollWave', attempt: 2, why: evil },
          };
          const lines = frameOf(
            { snapshot, gates: [gate(evil, 'failure', evil)], trouble: evil },
            plain(columns),
            NOW,
          );
          for (const line of lines) {
            expect(line).not.toMatch(/[\u001b\r\n\u202e]/);
            expect(stringWidth(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
  });
});
