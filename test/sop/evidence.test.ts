import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeEvidence } from '../../src/sop/evidence.ts';
import { TOPICS, sectionsOf, topicOf } from '../../src/sop/section.ts';
import { GOOD_BODY, SETTING } from './support.ts';

const missing = (body: string, template?: string) =>
  judgeEvidence(body, template === undefined ? SETTING : { ...SETTING, template }).flatMap(({ topic, ok }) =>
    ok ? [] : [topic],
  );

/** The good body with another answer to one question. */
function withAnswer(heading: string, answer: string): string {
  return GOOD_BODY.replace(new RegExp(`(## ${heading}\\n)[\\s\\S]*?(?=\\n## |$)`), `$1${answer}\n`);
}

describe('the evidence of a pull request', () => {
  it('is there when all six questions have concrete answers', () => {
    expect(missing(GOOD_BODY)).toEqual([]);
  });

  it('is found under headings, bold labels, list items and in tables', () => {
    const bold = GOOD_BODY.replace(/## (.*)\n/g, '**$1:** ');
    const list = GOOD_BODY.split('\n\n')
      .map((part) => part.replace(/## (.*)\n/, '- **$1**: '))
      .join('\n');
    const table = `| | |\n|---|---|\n${GOOD_BODY.trim()
      .split('\n\n')
      .map((part) =>
        part.replace(
          /## (.*)\n([\s\S]*)/,
          (_all, label: string, text: string) => `| ${label} | ${text.replaceAll('\n', ' ')} |`,
        ),
      )
      .join('\n')}\n`;
    for (const body of [
      bold,
      list,
      table,
      GOOD_BODY.replaceAll('\n', '\r\n'),
      GOOD_BODY.replace('## Kill switch', '### 3. Kill-switch (how to stop)'),
    ]) {
      expect(missing(body)).toEqual([]);
    }
  });

  it('is missing altogether in an empty body', () => {
    expect(missing('')).toEqual([...TOPICS]);
    expect(missing('Just a small fix.')).toEqual([...TOPICS]);
  });

  it.each([
    '',
    'n/a',
    'N/A.',
    'None',
    'not applicable',
    'TBD',
    '-',
    '...',
    '…',
    '?',
    'ok',
    'see above',
    '<!-- which failure mode? -->',
    '<describe the failure mode>',
    '_What failed?_',
    '[which contexts]',
    '- [ ] ',
    'Describe the failure here',
  ])('is none when the answer is %j', (answer) => {
    expect(missing(withAnswer('Root cause', answer))).toEqual(['root cause']);
    expect(missing(withAnswer('Rollback', answer))).toEqual(['rollback']);
  });

  it('is none when the answer is what the template says', () => {
    const template =
      '## Root cause\nWhich failure mode or gap does this close, and how do we know?\n\n## Logging\nProof that nothing raw is in the logs.\n';
    expect(
      missing(
        withAnswer('Root cause', 'Which failure mode or gap does this close, and how do we know?'),
        template,
      ),
    ).toEqual(['root cause']);
    expect(missing(GOOD_BODY, template)).toEqual([]);
  });

  it('needs a sentence for root cause, verification and logging', () => {
    for (const topic of ['Root cause', 'Verification', 'Logging']) {
      expect(missing(withAnswer(topic, 'We looked.'))).toEqual([topic.toLowerCase()]);
    }
  });

  it('names real contexts as the deploy gate', () => {
    expect(missing(withAnswer('Deploy gate', 'All checks of CI must be green before we deploy.'))).toEqual([
      'deploy gate',
    ]);
    expect(missing(withAnswer('Deploy gate', '`CI / all-required (push)` and `CI / Nobody (push)`'))).toEqual(
      ['deploy gate'],
    );
    expect(missing(withAnswer('Deploy gate', 'CI / all-required (push)'))).toEqual([]);
  });

  it('names a switch or a command as the kill switch, and a command, variable or workflow as the rollback', () => {
    expect(missing(withAnswer('Kill switch', 'We revert the commit and push again.'))).toEqual([
      'kill switch',
    ]);
    expect(missing(withAnswer('Kill switch', 'greenlane halt stops it before the next call'))).toEqual([]);
    expect(missing(withAnswer('Rollback', 'We roll back to the version before.'))).toEqual(['rollback']);
    for (const answer of [
      'Set PROD_MANUAL_REDEPLOY_TARGET_TAG to the tag before.',
      'Run .gitea/workflows/rollback.yml on main.',
      '`git revert 2863380 && git push`',
    ]) {
      expect(missing(withAnswer('Rollback', answer))).toEqual([]);
    }
  });

  it('takes text in smaller headings and blocks below its own', () => {
    const body = withAnswer('Rollback', '#### Command\n```sh\ngreenlane rollback --reason bad\n```');
    expect(missing(body)).toEqual([]);
  });

  it('is judged without a crash whatever the body is, and never better than with nothing said', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (noise) => {
        const verdicts = judgeEvidence(noise, SETTING);
        expect(verdicts.map(({ topic }) => topic)).toEqual([...TOPICS]);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...TOPICS), (topic) => {
        const sections = GOOD_BODY.split(/(?=^## )/m).filter(
          (part) => topicOf(part.split('\n')[0]?.slice(3) ?? '') !== topic,
        );
        expect(missing(sections.join(''))).toEqual([topic]);
      }),
    );
  });
});

describe('the sections of a text', () => {
  it('have comments taken out, also one that is never closed', () => {
    expect(sectionsOf('## Rollback\na <!-- b -->c\n<!-- never closed\n## Logging\nx')).toEqual([
      { label: 'Rollback', text: 'a c' },
    ]);
  });
});
