import type { Expr, PathPart } from './ast.ts';

/** What cannot be known before the run. */
export const UNKNOWN = Symbol('unknown');

export type Known =
  string | number | boolean | null | readonly Known[] | { readonly [key: string]: Known } | typeof UNKNOWN;

/** What is known when an expression is looked at. Contexts by lower-case name; a missing one is unknown. */
export interface Setting {
  readonly contexts: Readonly<Record<string, Known>>;
  /** Status functions: `success`, `failure`, `cancelled`. `always` is always true. */
  readonly status: Readonly<Record<string, boolean | typeof UNKNOWN>>;
}

/**
 * Evaluates an expression as the host would, as far as it can be known: the result is UNKNOWN when it depends on
 * something unknown, and known when it does not (`false && x`).
 */
export function evaluate(expression: Expr, setting: Setting): Known {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path': {
      const [root, ...rest] = expression.path;
      const base =
        typeof root === 'string' && Object.hasOwn(setting.contexts, root) ? setting.contexts[root] : UNKNOWN;
      return descend(base ?? UNKNOWN, rest, setting);
    }
    case 'call':
      return descend(call(expression.name, expression.args, setting), expression.path, setting);
    case 'not': {
      const truth = truthOf(evaluate(expression.operand, setting));
      return truth === UNKNOWN ? UNKNOWN : !truth;
    }
    case 'and':
    case 'or':
      return chain(expression.operands, expression.kind === 'or', setting);
    case 'compare':
      return compare(
        expression.operator,
        evaluate(expression.left, setting),
        evaluate(expression.right, setting),
      );
  }
}

/** Whether a value counts as true; UNKNOWN when it cannot be known. */
export function truthOf(value: Known): boolean | typeof UNKNOWN {
  if (value === UNKNOWN) return UNKNOWN;
  if (typeof value === 'object' && value !== null) return true;
  return Boolean(value);
}

function chain(operands: readonly Expr[], stopAt: boolean, setting: Setting): Known {
  let unknown = false;
  let last: Known = null;
  for (const operand of operands) {
    last = evaluate(operand, setting);
    const truth = truthOf(last);
    // A later operand that decides makes an unknown earlier one not matter.
    if (truth === stopAt) return unknown ? stopAt : last;
    if (truth === UNKNOWN) unknown = true;
  }
  return unknown ? UNKNOWN : last;
}

function descend(value: Known, path: readonly PathPart[], setting: Setting): Known {
  let at = value;
  for (let index = 0; index < path.length; index += 1) {
    const part = path[index] as PathPart;
    if (at === UNKNOWN) return UNKNOWN;
    if (typeof part !== 'string' && part.kind === 'star') {
      const items = Array.isArray(at)
        ? (at as readonly Known[])
        : typeof at === 'object' && at !== null
          ? Object.values(at)
          : [];
      return items.map((item) => descend(item, path.slice(index + 1), setting));
    }
    const key = typeof part === 'string' ? part : evaluate(part, setting);
    if (key === UNKNOWN || typeof key === 'object') return UNKNOWN;
    if (typeof at !== 'object' || at === null) return null;
    const name = String(key).toLowerCase();
    const record = at as { readonly [key: string]: Known };
    at = Object.hasOwn(record, name)
      ? (record[name] ?? null)
      : Object.hasOwn(record, '*')
        ? (record['*'] ?? null)
        : null;
  }
  return at;
}

function compare(operator: string, left: Known, right: Known): Known {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  if (typeof left === 'object' && left !== null) return UNKNOWN;
  if (typeof right === 'object' && right !== null) return UNKNOWN;
  const [a, b] =
    typeof left === 'string' && typeof right === 'string'
      ? [left.toLowerCase(), right.toLowerCase()]
      : [numberOf(left), numberOf(right)];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function numberOf(value: string | number | boolean | null): number {
  if (value === null || value === '') return 0;
  return typeof value === 'number' ? value : Number(value);
}

function call(name: string, args: readonly Expr[], setting: Setting): Known {
  if (name === 'always') return true;
  if (name in setting.status) return setting.status[name] ?? UNKNOWN;
  const values = args.map((argument) => evaluate(argument, setting));
  switch (name) {
    case 'contains':
      return contains(values[0] ?? null, values[1] ?? null);
    case 'startswith':
    case 'endswith': {
      const text = textOf(values[0] ?? null);
      const part = textOf(values[1] ?? null);
      if (text === UNKNOWN || part === UNKNOWN) return UNKNOWN;
      return name === 'startswith'
        ? text.toLowerCase().startsWith(part.toLowerCase())
        : text.toLowerCase().endsWith(part.toLowerCase());
    }
    case 'join': {
      const list = values[0] ?? null;
      if (!Array.isArray(list)) return textOf(list);
      const texts = (list as readonly Known[]).map(textOf);
      const separator = values.length > 1 ? textOf(values[1] ?? null) : ',';
      return separator === UNKNOWN || texts.includes(UNKNOWN) ? UNKNOWN : texts.map(String).join(separator);
    }
    case 'tojson':
      // What is unknown inside is left out; JSON.stringify does so with symbols.
      return values[0] === UNKNOWN ? UNKNOWN : JSON.stringify(values[0] ?? null);
    default:
      return UNKNOWN;
  }
}

function contains(list: Known, item: Known): Known {
  if (list === UNKNOWN || item === UNKNOWN) return UNKNOWN;
  if (Array.isArray(list)) {
    const results = (list as readonly Known[]).map((entry) => compare('==', entry, item));
    return results.includes(true) ? true : results.includes(UNKNOWN) ? UNKNOWN : false;
  }
  const text = textOf(list);
  const part = textOf(item);
  return text === UNKNOWN || part === UNKNOWN ? UNKNOWN : text.toLowerCase().includes(part.toLowerCase());
}

function textOf(value: Known): string | typeof UNKNOWN {
  if (value === UNKNOWN) return UNKNOWN;
  if (value === null) return '';
  return typeof value === 'object' ? UNKNOWN : String(value);
}
