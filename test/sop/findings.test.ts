import { describe, expect, it } from 'vitest';
import { judgeFindings } from '../../src/sop/findings.ts';

const judge = (finding: string, ...answers: string[]) =>
  judgeFindings([{ user: 'kurt', body: finding }, ...answers.map((body) => ({ user: 'ada', body }))], '');
const closed = (finding: string, ...answers: string[]) => judge(finding, ...answers).map((one) => one.closed);

describe('a critical or required finding', () => {
  it.each([
    'Critical C1: the token is printed',
    '[critical C1] the token is printed',
    '**Critical (C1):** the token is printed',
    '- Required C1 – the token is printed',
    '### CRITICAL #C1: the token is printed',
  ])('is found as %j', (text) => {
    expect(judge(`Thanks!\n\n${text}\n`)).toMatchObject([
      { id: 'C1', user: 'kurt', closed: false, text: 'the token is printed' },
    ]);
  });

  it.each([
    'This is not critical to me.',
    'a required context is missing',
    'criticality: low',
    '> Critical C1: quoted from elsewhere',
    'nit: rename',
  ])('is none in %j', (text) => {
    expect(judge(text)).toEqual([]);
  });

  it('is closed by a change with its commit and its verification', () => {
    expect(closed('Critical C1: printed', 'C1: fixed in 2863380, verified by the linter test')).toEqual([
      true,
    ]);
    expect(closed('Critical C1: printed', 'C1: fixed in 2863380')).toEqual([false]);
    expect(closed('Critical C1: printed', 'C1: fixed, and verified on staging')).toEqual([false]);
  });

  it('is closed by a rejection with evidence', () => {
    expect(
      closed(
        'Required R2: no limit',
        'R2: rejected, the step has `timeout-minutes: 90`, see https://git.example/acme/core/src/deploy.yml',
      ),
    ).toEqual([true]);
    expect(closed('Required R2: no limit', 'R2: rejected')).toEqual([false]);
    expect(
      closed('Required R2: no limit', 'R2: I disagree, this has always been so here and it works'),
    ).toEqual([false]);
  });

  it('is closed by a follow-up that is said not to block', () => {
    expect(closed('Required R2: no alert', 'R2: follow-up acme/core#412, non-blocking')).toEqual([true]);
    expect(closed('Required R2: no alert', 'R2: follow-up #412')).toEqual([false]);
    expect(closed('Required R2: no alert', 'R2: follow-up later, non-blocking')).toEqual([false]);
  });

  it('is not closed by being acknowledged, by an approval, or by an answer to another one', () => {
    expect(closed('Critical C1: printed', 'C1: ack, will look', 'LGTM')).toEqual([false]);
    expect(closed('Critical C1: printed', 'C12: fixed in 2863380, verified by test')).toEqual([false]);
    expect(judge('Critical C1: printed', 'C1: good point')[0]?.message).toContain(
      'acknowledging is not closing',
    );
  });

  it('without a name is closed by an answer that quotes it', () => {
    const answer = '> Critical: the token is printed\n\nFixed in 2863380; a test shows the log is clean.';
    expect(closed('Critical: the token is printed', answer)).toEqual([true]);
    expect(judge('Critical: the token is printed')[0]?.message).toContain('quote it');
  });

  it('is also closed in the body of the pull request', () => {
    expect(
      judgeFindings(
        [{ user: 'kurt', body: 'Critical C1: x' }],
        '## Findings\n\n- C1: fixed in 2863380, verified by test\n',
      ).map((one) => one.closed),
    ).toEqual([true]);
  });
});

describe('a remark of ten thousand lines', () => {
  it.each(['Critical C1: printed', 'Required (R2): printed', '> printed\n\nfixed', 'C1: ack'])(
    'is judged at once, and nothing of it is closed, when each is %j',
    (line) => {
      const before = process.cpuUsage();
      const found = judge(`Critical C1: printed\n${`${line}\n`.repeat(10_000)}`);
      const { user } = process.cpuUsage(before);
      expect(found.filter((one) => one.closed)).toEqual([]);
      expect(found.length).toBeGreaterThan(0);
      // Milliseconds now; it took a minute.
      expect(user / 1_000).toBeLessThan(5_000);
    },
  );

  it('says that there are more findings than are looked at', () => {
    expect(judge('Critical: printed\n'.repeat(600)).at(-1)).toMatchObject({
      closed: false,
      message: 'there are more than 500 findings; the others were not looked at',
    });
  });
});
