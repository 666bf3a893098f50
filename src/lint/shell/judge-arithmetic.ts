import type { ArithmeticExpression } from 'unbash';
import type { Text } from './judge-words.ts';

/** The value of an arithmetic expression; `undefined` when it is not known. Assignments take effect. */
export function evaluateArithmetic(
  expression: ArithmeticExpression | undefined,
  variables: Map<string, Text>,
): number | undefined {
  if (expression === undefined) return undefined;
  switch (expression.type) {
    case 'ArithmeticGroup':
      return evaluateArithmetic(expression.expression, variables);
    case 'ArithmeticWord':
      return number(expression.value, variables);
    case 'ArithmeticUnary':
      return unary(expression.operator, expression.operand, expression.prefix, variables);
    case 'ArithmeticBinary': {
      const right = evaluateArithmetic(expression.right, variables);
      if (expression.left.type === 'ArithmeticWord' && /^[-+*/%]?=$/.test(expression.operator)) {
        const name = expression.left.value.replace(/^\$/, '');
        const value =
          expression.operator === '='
            ? right
            : binary(number(name, variables), expression.operator.slice(0, 1), right);
        variables.set(name, value === undefined ? undefined : String(value));
        return value;
      }
      return binary(evaluateArithmetic(expression.left, variables), expression.operator, right);
    }
    case 'ArithmeticTernary': {
      const test = evaluateArithmetic(expression.test, variables);
      if (test === undefined) return undefined;
      return evaluateArithmetic(test === 0 ? expression.alternate : expression.consequent, variables);
    }
    case 'ArithmeticCommandExpansion':
      return undefined;
  }
}

function number(word: string, variables: ReadonlyMap<string, Text>): number | undefined {
  const name = word.replace(/^\$\{?|\}$/g, '');
  const text =
    /^\d+$/.test(name) && !word.startsWith('$') ? name : variables.has(name) ? variables.get(name) : '0';
  if (text === undefined) return undefined;
  return /^-?\d+$/.test(text.trim()) ? Number(text) : text.trim() === '' ? 0 : undefined;
}

function unary(
  operator: string,
  operand: ArithmeticExpression,
  prefix: boolean,
  variables: Map<string, Text>,
): number | undefined {
  const value = evaluateArithmetic(operand, variables);
  if (value === undefined) return undefined;
  if ((operator === '++' || operator === '--') && operand.type === 'ArithmeticWord') {
    const next = operator === '++' ? value + 1 : value - 1;
    variables.set(operand.value.replace(/^\$/, ''), String(next));
    return prefix ? next : value;
  }
  if (operator === '!') return value === 0 ? 1 : 0;
  return operator === '-' ? -value : operator === '+' ? value : undefined;
}

function binary(left: number | undefined, operator: string, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  const truth = (value: boolean) => (value ? 1 : 0);
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<':
      return truth(left < right);
    case '<=':
      return truth(left <= right);
    case '>':
      return truth(left > right);
    case '>=':
      return truth(left >= right);
    case '&&':
      return truth(left !== 0 && right !== 0);
    case '||':
      return truth(left !== 0 || right !== 0);
    default:
      return undefined;
  }
}
