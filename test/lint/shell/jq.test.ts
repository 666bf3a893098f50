import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jqOutput } from '../../../src/lint/shell/jq.ts';
import type { Label } from '../../../src/lint/shell/value.ts';

const ANSWER: ReadonlySet<Label> = new Set(['answer']);
const labels = (program: string) =>
  [...jqOutput(program, ANSWER, new Map([['secret', new Set<Label>(['secret:TOKEN'])]]))].sort();

describe('I-23: a jq program', () => {
  it.each([
    '.ok',
    '.results | length',
    '.results[].slug',
    '.results[] | select(.error != null) | .slug',
    '[.results[] | {slug, healthz_ok}]',
    '.results[]? | "| \\(.slug) | \\(.phase // "-") |"',
    '.results | map(select(.healthz_ok | not)) | length',
    '{ok, n: (.results | length)}',
    '.results | group_by(.phase) | map({phase: .[0].phase, n: length})',
    'any(.results[]; .verified_on_target == false)',
    'reduce .results[] as $r (0; . + 1)',
    '.results[] | [.slug, (.ssm_exit_code | tostring)] | @tsv',
    'if .ok then "yes" else "no" end',
    '.["ok"]',
    '.results[0]["slug"]',
    '.results[] | .error | length',
    '"nothing of the answer"',
  ])('%s prints only what is harmless', (program) => {
    expect(labels(program)).toEqual([]);
  });

  it.each([
    ['.', ['answer']],
    ['.results', ['answer']],
    ['.results[0:2]', ['answer']],
    ['.message', ['answer']],
    ['..', ['answer']],
    ['to_entries', ['answer']],
    ['tojson', ['answer']],
    ['.results as $r | $r', ['answer']],
    ['def f: .; f', ['answer', 'secret:TOKEN']],
    ['.error', ['error-field']],
    ['.["error"]', ['error-field']],
    ['."error"', ['error-field']],
    ['.results[] | {slug, error}', ['error-field']],
    ['.results[] | "\\(.slug): \\(.error // "-")"', ['error-field']],
    ['if .ok then "yes" else .error end', ['error-field']],
    ['.ok, .error', ['error-field']],
    ['{($secret): .slug}', []],
    ['[$secret, .slug]', ['secret:TOKEN']],
    ['not ( closed', ['answer', 'secret:TOKEN']],
    ['"never closed', ['answer', 'secret:TOKEN']],
  ])('%s lets out %j', (program, expected) => {
    expect(labels(program)).toEqual(expected);
  });

  it('never hangs or throws, whatever it is', () => {
    const piece = fc.constantFrom(
      '.',
      '.a',
      '.error',
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      '|',
      ',',
      '"',
      '\\(',
      'if',
      'then',
      'else',
      'end',
      'as',
      '$x',
      'reduce',
      'map',
      '//',
      '?',
      ':',
      '1',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(jqOutput(pieces.join(''), ANSWER, new Map())).toBeInstanceOf(Set);
      }),
    );
  });
});
