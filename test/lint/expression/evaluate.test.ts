import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../src/lint/expression/ast.ts';
import {
  conditionExpression,
  embeddedExpressions,
  namesIn,
  stringsIn,
} from '../../../src/lint/expression/embedded.ts';
import { UNKNOWN, evaluate, type Setting } from '../../../src/lint/expression/evaluate.ts';

const setting: Setting = {
  contexts: {
    github: { event_name: 'push', ref: 'refs/heads/main', '*': UNKNOWN },
    needs: { a: { result: 'success' }, b: { result: 'skipped' } },
  },
  status: { success: false, failure: true, cancelled: UNKNOWN },
};

function value(source: string) {
  const expression = parseExpression(source);
  if (expression === undefined) throw new Error(`cannot parse ${source}`);
  return evaluate(expression, setting);
}

describe('an expression', () => {
  it.each([
    ["github.event_name == 'PUSH'", true],
    ["github.ref == 'refs/heads/main' && 'yes' || 'no'", 'yes'],
    ["github.actor == 'bot'", UNKNOWN],
    ["github.actor == 'bot' && false", false],
    ["github.actor == 'bot' || true", true],
    ["!(github.event_name == 'push')", false],
    ["contains(needs.*.result, 'skipped')", true],
    ["contains(needs.*.result, 'failure')", false],
    ["contains('abc', 'B')", true],
    ["join(needs.*.result, '-')", 'success-skipped'],
    ["startsWith(github.ref, 'refs/heads/')", true],
    ["endsWith(github.ref, 'x')", false],
    ["needs['a'].result", 'success'],
    ['needs.nobody.result', null],
    ['always()', true],
    ['failure() && !cancelled()', UNKNOWN],
    ['success()', false],
    ["1 < 2 && '10' > 9", true],
    ["'' == 0", true],
    ['vars.X', UNKNOWN],
    ['toJSON(needs.a)', '{"result":"success"}'],
    ["fromJSON('[1]')", UNKNOWN],
  ])('%s is known as far as it can be', (source, expected) => {
    expect(value(source)).toBe(expected);
  });

  it('that cannot be parsed is none', () => {
    expect(parseExpression('github.')).toBeUndefined();
    expect(parseExpression("'open")).toBeUndefined();
    expect(parseExpression('nobody.knows')).toBeUndefined();
    expect(parseExpression('')).toBeUndefined();
  });
});

describe('expressions in a text', () => {
  it('are found with their places, also when a string holds the closing braces', () => {
    const text = "a ${{ format('}}{0}', env.X) }} b ${{ secrets.Y }} ${{ never closed";
    expect(
      embeddedExpressions(text).map(({ start, end, source }) => [text.slice(start, end), source]),
    ).toEqual([
      ["${{ format('}}{0}', env.X) }}", "format('}}{0}', env.X)"],
      ['${{ secrets.Y }}', 'secrets.Y'],
    ]);
  });

  it('name the secrets, variables and strings they hold', () => {
    const expression = parseExpression("vars.url || secrets['Token'] || 'https://x'");
    if (expression === undefined) throw new Error('unparsed');
    expect([namesIn(expression, 'vars'), namesIn(expression, 'secrets'), stringsIn(expression)]).toEqual([
      ['URL'],
      ['TOKEN'],
      ['https://x'],
    ]);
  });
});

describe('a condition', () => {
  it('needs no braces, and is none with text around them', () => {
    expect(conditionExpression("github.event_name == 'push'")?.kind).toBe('compare');
    expect(conditionExpression('${{ always() }}')?.kind).toBe('call');
    expect(conditionExpression("${{ always() }} && github.ref == 'x'")).toBeUndefined();
  });
});
