import type { TestExpression } from 'unbash';
import type { Status } from './judge-commands.ts';
import type { JudgeWords, Text } from './judge-words.ts';

/** The status of `[[ … ]]`. */
export function testExpression(expression: TestExpression, words: JudgeWords): Status {
  switch (expression.type) {
    case 'TestUnary':
      return unary(expression.operator, words.word(expression.operand));
    case 'TestBinary': {
      const quoted =
        expression.right.parts?.some(
          (part) => part.type === 'DoubleQuoted' || part.type === 'SingleQuoted',
        ) === true;
      return binary(words.word(expression.left), expression.operator, words.word(expression.right), !quoted);
    }
    case 'TestLogical': {
      const stop = expression.operator === '||';
      const results = expression.operands.map((operand) => testExpression(operand, words));
      return results.includes(stop) ? stop : results.includes(undefined) ? undefined : !stop;
    }
    case 'TestNot': {
      const result = testExpression(expression.operand, words);
      if (result === undefined) return undefined;
      return expression.negations.length % 2 === 0 ? result : !result;
    }
    case 'TestGroup':
      return testExpression(expression.expression, words);
  }
}

/** The status of `test` or `[` with these arguments. */
export function testWords(args: readonly Text[]): Status {
  for (const [operator, stop] of [
    ['-o', true],
    ['-a', false],
  ] as const) {
    const index = args.indexOf(operator);
    if (index > 0 && args.length > 3) {
      const results = [testWords(args.slice(0, index)), testWords(args.slice(index + 1))];
      return results.includes(stop) ? stop : results.includes(undefined) ? undefined : !stop;
    }
  }
  const [first, second, third] = args;
  if (first === '!' && args.length > 1) {
    const result = testWords(args.slice(1));
    return result === undefined ? undefined : !result;
  }
  if (args.length === 0) return false;
  if (args.length === 1) return first === undefined ? undefined : first !== '';
  if (args.length === 2) return unary(first ?? '', second);
  return args.length === 3 ? binary(first, second ?? '', third, false) : undefined;
}

function unary(operator: string, value: Text): Status {
  if (value === undefined) return undefined;
  if (operator === '-n') return value !== '';
  return operator === '-z' ? value === '' : undefined;
}

function binary(left: Text, operator: string, right: Text, glob: boolean): Status {
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case '=':
    case '==':
      return glob ? globMatches(right, left) : left === right;
    case '!=':
      return glob ? !globMatches(right, left) : left !== right;
    case '=~':
      return matches(right, left);
    case '-eq':
      return Number(left) === Number(right);
    case '-ne':
      return Number(left) !== Number(right);
    case '-gt':
      return Number(left) > Number(right);
    case '-ge':
      return Number(left) >= Number(right);
    case '-lt':
      return Number(left) < Number(right);
    case '-le':
      return Number(left) <= Number(right);
    default:
      return undefined;
  }
}

function matches(pattern: string, text: string): Status {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return undefined;
  }
}

/** Whether a shell pattern matches a whole text: `*` and `?`, and `[…]` as it stands. */
export function globMatches(pattern: string, text: string): boolean {
  if (!/[*?[]/.test(pattern)) return pattern === text;
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  return matches(`^${source}$`, text) === true;
}
